package transforms_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// atOnce calls f from n goroutines and returns what each panicked with.
func atOnce(n int, f func(i int)) []any {
	causes := make([]any, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			defer func() { causes[i] = recover() }()
			f(i)
		})
	}
	wg.Wait()
	return causes
}

// waiting returns how many goroutines wait for another one to compile.
func waiting() int {
	buf := make([]byte, 1<<20)
	n := 0
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "chan receive") && strings.Contains(g, ").program(") {
			n++
		}
	}
	return n
}

// Goroutines that met a new kind of argument at the same time all compiled it, and all
// kept their program.
func TestFaultH4AKindIsCompiledOnce(t *testing.T) {
	const n = 16
	var traced atomic.Int32
	j := transforms.NewJit(func(x Value) Value {
		traced.Add(1)
		for waiting() < n-1 {
			runtime.Gosched()
		}
		return fn.Mul(x, x)
	})
	for _, cause := range atOnce(n, func(i int) { want(t, "value", j.Call(vector(float64(i), 2)), vector(float64(i*i), 4)) }) {
		if cause != nil {
			t.Errorf("a call panicked: %v", cause)
		}
	}
	if got := j.Explain(); traced.Load() != 1 || !strings.Contains(got, "cache    1 of 64 programs, 15 hits, 1 misses") {
		t.Errorf("traced %d times; Explain says\n%s", traced.Load(), got)
	}
}

// A misuse inside of f reaches all waiting calls, each with an error of its own. The next
// call tries again.
func TestFaultH4AFailureReachesAllWhoWait(t *testing.T) {
	const n = 8
	var traced atomic.Int32
	j := transforms.NewJit(func(x Value) Value {
		if traced.Add(1) > 1 {
			return x
		}
		for waiting() < n-1 {
			runtime.Gosched()
		}
		return fn.Add(x, vector(1, 2, 3))
	})
	seen := map[*trace.Error]bool{}
	for _, cause := range atOnce(n, func(int) { j.Call(vector(1, 2)) }) {
		err, ok := cause.(*trace.Error)
		if !ok || !containsAll(err.Error(), "flight_test.go:", "add(f64[2], f64[3])") {
			t.Fatalf("got %v", cause)
		}
		seen[err] = true
	}
	if len(seen) != n || traced.Load() != 1 {
		t.Errorf("%d errors for %d calls, traced %d times", len(seen), n, traced.Load())
	}
	want(t, "afterwards", j.Call(vector(1, 2)), vector(1, 2))
}

// If a goroutine ends while it compiles, as t.FailNow ends one, the waiting calls compile
// by themselves.
func TestFaultH4AGoroutineThatEnds(t *testing.T) {
	var traced atomic.Int32
	j := transforms.NewJit(func(x Value) Value {
		if traced.Add(1) == 1 {
			for waiting() < 3 {
				runtime.Gosched()
			}
			runtime.Goexit()
		}
		return fn.Neg(x)
	})
	var done atomic.Int32
	atOnce(4, func(int) { want(t, "value", j.Call(num(3)), num(-3)); done.Add(1) })
	if done.Load() != 3 || traced.Load() != 2 {
		t.Errorf("%d calls returned, traced %d times, want 3 and 2", done.Load(), traced.Load())
	}
}

// Another kind does not wait. Functions that f itself calls while it is traced, however
// deep, wait for nobody, not even for themselves.
func TestFaultH4NobodyWaitsInVain(t *testing.T) {
	for _, frames := range []int{0, 100, 1000} {
		var j *transforms.Jitted[Value, Value]
		depth := 0
		j = transforms.NewJit(func(x Value) Value {
			if depth++; depth == 1 {
				called(frames, func() {
					want(t, "another kind", j.Call(num(3)), num(6))
					want(t, "the same kind", j.Call(vector(3, 4)), vector(6, 8))
				})
			}
			return fn.Add(x, x)
		})
		want(t, "outer", j.Call(vector(1, 2)), vector(2, 4))
		if got := j.Explain(); !strings.Contains(got, "cache    2 of 64 programs") {
			t.Errorf("%d calls deep Explain says\n%s", frames, got)
		}
	}
}

// called calls f at a given depth of calls.
func called(frames int, f func()) {
	if frames > 0 {
		called(frames-1, f)
		return
	}
	f()
}

// Compile used to collect the garbage of the whole process.
func TestFaultH8CompileCollectsNothing(t *testing.T) {
	w := fn.Ones(trace.TypeOf(trace.Float64, 1<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := transforms.Compile(func(x Value) Value { return fn.Mul(x, fn.Exp(w)) }, w); err != nil {
		t.Fatal(err)
	}
	if runtime.ReadMemStats(&after); after.NumForcedGC != before.NumForcedGC {
		t.Errorf("%d collections were asked for", after.NumForcedGC-before.NumForcedGC)
	}
}
