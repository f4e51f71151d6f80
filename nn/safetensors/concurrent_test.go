package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// Several writers of one file once wrote into one another's partial file. A reader sees
// the complete file of one writer.
func TestFaultC9WritersDoNotMix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	write := func(k int) error {
		tensors := map[string]trace.Value{}
		for i := range 40 {
			tensors[fmt.Sprint(i)] = trace.New([]int64{int64(k), int64(k), int64(k)})
		}
		return safetensors.Write(path, tensors, nil)
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	defer writers.Wait()
	for k := range 4 {
		writers.Go(func() {
			for i := range 20 {
				if err := write(100*k + i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 40 {
		got, err := safetensors.Read(path)
		if err != nil || len(got) != 40 {
			t.Fatalf("%d tensors, %v", len(got), err)
		}
		first := got["0"].Float64s()[0]
		for name, v := range got {
			for _, x := range v.Float64s() {
				if x != first {
					t.Fatalf("tensor %s is %v, another has %v", name, v, first)
				}
			}
		}
	}
	writers.Wait()
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("got files %v, %v, want w.safetensors alone", files, err)
	}
}

// A file that grows while it is read ends where it did at first. One that shrinks is an
// error, not a hang or a panic.
func TestFaultC9FileThatChangesWhileItIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := safetensors.Write(path, map[string]trace.Value{"w": trace.New(make([]float32, 1<<18))}, nil); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stop := make(chan bool)
	var changer sync.WaitGroup
	changer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if i%3 == 0 {
				f.Truncate(int64(len(whole) / 2))
			}
			f.WriteAt(whole, 0)
			f.WriteAt(whole, int64(len(whole)))
		}
	})
	for range 50 {
		_, _ = safetensors.Read(path)     // whichever state it sees: a value or an error
		_, _ = safetensors.ReadFile(path) // and no panic
	}
	close(stop)
	changer.Wait()
}
