package safetensors_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// size is about the size of the large files.
const size = 4 << 20

// large has files that once took 5 to 25 times their size in memory, and similar ones.
func large(t *testing.T) map[string]func() []byte {
	many := func(n int, each func(b *bytes.Buffer, i int)) string {
		var b bytes.Buffer
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			each(&b, i)
		}
		return b.String()
	}
	tensors := func(n int, shape string) []byte {
		return pack("{" + many(n, func(b *bytes.Buffer, i int) {
			fmt.Fprintf(b, `"%06x":{"dtype":"U8","shape":%s,"data_offsets":[0,0]}`, i, shape)
		}) + "}")
	}
	texts := func(form string) []byte {
		n := size / (len(fmt.Sprintf(form, 0)) + 1)
		return pack(`{"__metadata__":{` + many(n, func(b *bytes.Buffer, i int) { fmt.Fprintf(b, form, i) }) + "}}")
	}
	honest := func(v trace.Value) []byte {
		var b bytes.Buffer
		if err := safetensors.Encode(&b, map[string]trace.Value{"w": v}, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	return map[string]func() []byte{
		"shape of zeros":        func() []byte { return pack(one("U8", "["+strings.Repeat("0,", size/2)+"0]", "[0,0]")) },
		"shape of ones":         func() []byte { return pack(one("U8", "["+strings.Repeat("1,", size/2)+"1]", "[0,1]"), 1) },
		"offsets":               func() []byte { return pack(one("U8", "[0]", "["+strings.Repeat("0,", size/2)+"0]")) },
		"shape of huge numbers": func() []byte { return pack(one("U8", "["+strings.Repeat("9", size)+"]", "[0,1]"), 1) },
		"long name": func() []byte {
			return pack(`{"` + strings.Repeat("n", size) + `":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`)
		},
		"name of escapes": func() []byte {
			return pack(`{"` + strings.Repeat(`\u0041`, size/6) + `":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`)
		},
		"texts":              func() []byte { return texts(`"%05x":""`) },
		"texts of escapes":   func() []byte { return texts(`"%05x\n":"\t"`) },
		"tensors":            func() []byte { return tensors(80_000, "[0]") },
		"tensors of 64 axes": func() []byte { return tensors(22_500, "[0"+strings.Repeat(",0", 63)+"]") },
		"commas":             func() []byte { return pack("{" + strings.Repeat(",", size)) },
		"objects":            func() []byte { return pack(strings.Repeat(`{"":`, size/4)) },
		"I8":                 func() []byte { return append(pack(one("I8", "[4194304]", "[0,4194304]")), make([]byte, size)...) },
		"U8":                 func() []byte { return append(pack(one("U8", "[4194304]", "[0,4194304]")), make([]byte, size)...) },
		"BF16":               func() []byte { return append(pack(one("BF16", "[2097152]", "[0,4194304]")), make([]byte, size)...) },
		"F32":                func() []byte { return honest(trace.New(make([]float32, size/4))) },
		"F64":                func() []byte { return honest(trace.New(make([]float64, size/8))) },
	}
}

// allocated returns the memory that f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestFaultC5MemoryIsAtMostFourTimesTheFile(t *testing.T) {
	const allowance = 1 << 20 // as the package's documentation says
	path := filepath.Join(t.TempDir(), "f.safetensors")
	for name, make := range large(t) {
		file := make()
		if err := os.WriteFile(path, file, 0o666); err != nil {
			t.Fatal(err)
		}
		most := uint64(4*len(file) + allowance)
		for how, read := range map[string]func(){
			"Read":     func() { _, _ = safetensors.Read(path) },
			"ReadFile": func() { _, _ = safetensors.ReadFile(path) },
			"Decode":   func() { _, _ = safetensors.Decode("f", file) },
		} {
			if testing.Short() && how != "Read" { // which does what the others do
				continue
			}
			if got := allocated(read); got > most {
				t.Errorf("%s of %s: %d bytes for a file of %d, %.1f times as many", how, name, got, len(file), float64(got)/float64(len(file)))
			} else {
				t.Logf("%-8s %-22s %.2f × file", how, name, float64(got)/float64(len(file)))
			}
		}
	}
}

// Read refuses a file of almost only empty tensors. They can be read one by one.
func TestFaultC5ReadRefusesWhatNeedsMoreThanItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.safetensors")
	if err := os.WriteFile(path, large(t)["tensors of 64 axes"](), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := safetensors.Read(path)
	if want := "more than four times the file's"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error that says %q", err, want)
	}
	f, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Value("000fff"); err != nil || v.Rank() != 64 || v.Size() != 0 {
		t.Errorf("got %v, %v", v, err)
	}
}

// Read does not refuse a file of many small tensors.
func TestManySmallTensors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.safetensors")
	tensors := map[string]trace.Value{}
	for i := range 20_000 {
		tensors[fmt.Sprintf("layers.%d.bias", i)] = trace.New([]float32{float32(i)})
	}
	if err := safetensors.Write(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
	got, err := safetensors.Read(path)
	if err != nil || len(got) != len(tensors) {
		t.Fatalf("got %d tensors, %v", len(got), err)
	}
	if v := got["layers.777.bias"].Float64s()[0]; v != 777 {
		t.Errorf("got %v, want 777", v)
	}
}
