package transforms_test

import (
	"context"
	"runtime/debug"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// large is a function that needs n times 8 bytes, twice.
func large(n int) Func {
	return func(x Value) Value { return fn.Sum(fn.CumSum(fn.Expand(x, 0, n), 0), 0) }
}

// A call that needed more memory than there is caused Go's fatal error, which nothing
// catches.
func TestFaultC9CallsBeyondMemory(t *testing.T) {
	c, err := transforms.Compile(large(1<<43), num(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(context.Background(), num(1)); err == nil || !containsAll(err.Error(), "memory_limit_test.go:", "needs 1407", "Budget", "Checkpoint", "MemoryLimit") {
		t.Errorf("a compiled function of %d bytes: got %v", c.Memory(), err)
	}
	for name, f := range map[string]func(){
		"jitted": func() { transforms.Jit(large(1 << 43))(num(1)) },
		"eager":  func() { large(1 << 43)(num(1)) },
		"zeros":  func() { fn.Zeros(trace.TypeOf(trace.Float64, 1<<43)) },
		"branch": func() {
			transforms.Jit(func(x Value) Value { return transforms.Cond(fn.Less(x, num(9)), large(1<<43), fn.Neg)(x) })(num(1))
		},
	} {
		if err := trace.Try(f); err == nil || !containsAll(err.Error(), "_test.go:", "bytes", "VmapConfig") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A user's limit holds exactly. An invalid limit is refused.
func TestMemoryLimit(t *testing.T) {
	c, err := transforms.Compile(large(100), num(1), transforms.JitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	need := c.Memory()
	for limit, fits := range map[int]bool{need: true, need - 1: false, 1: false, 0: true} {
		config := transforms.JitConfig{MemoryLimit: limit}
		c, err := transforms.Compile(large(100), num(1), config, transforms.JitConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Call(context.Background(), num(1)); (err == nil) != fits {
			t.Errorf("%d bytes with %d allowed: got %v", need, limit, err)
		}
		if err := trace.Try(func() { transforms.Jit(large(100), config)(num(1)) }); (err == nil) != fits {
			t.Errorf("Jit, %d bytes with %d allowed: got %v", need, limit, err)
		}
	}
	if _, err := transforms.Compile(large(100), num(1), transforms.JitConfig{MemoryLimit: -1}); err == nil || !containsAll(err.Error(), "memory_limit_test.go:", "Compile: MemoryLimit is -1") {
		t.Errorf("a negative limit: got %v", err)
	}
	if err := trace.Try(func() { transforms.Jit(large(100), transforms.JitConfig{MemoryLimit: -1}) }); err == nil || !containsAll(err.Error(), "memory_limit_test.go:", "Jit: MemoryLimit is -1") {
		t.Errorf("a negative limit: got %v", err)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(100 << 20))
	c, err = transforms.Compile(large(5<<20), num(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(context.Background(), num(1)); err == nil || !containsAll(err.Error(), "78643200 are allowed") {
		t.Errorf("three quarters of a soft limit: got %v", err)
	}
}

// Simultaneous calls each need memory. CallMany makes fewer at a time, unless it was told
// how many.
func TestMemoryLimitOfCallMany(t *testing.T) {
	c, err := transforms.Compile(large(100), num(1))
	if err != nil {
		t.Fatal(err)
	}
	xs := []Value{num(1), num(2), num(3), num(4)}
	c, err = transforms.Compile(large(100), num(1), transforms.JitConfig{MemoryLimit: 2*c.Memory() + 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, atOnce := range []int{0, 1, 2} {
		ys, err := c.CallMany(context.Background(), xs, atOnce)
		if err != nil || ys[3].Float64() != 4*5050 {
			t.Errorf("%d at a time: got %v, %v", atOnce, ys, err)
		}
	}
	if _, err := c.CallMany(context.Background(), xs, 3); err == nil || !containsAll(err.Error(), "3 calls at a time", "MemoryLimit") {
		t.Errorf("3 at a time: got %v", err)
	}
}
