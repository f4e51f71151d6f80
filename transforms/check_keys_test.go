package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ExampleCheckKeys() {
	noise := func(key trace.Value) trace.Value {
		scale := random.Uniform(key, trace.Float64)
		return fn.Mul(scale, random.Normal(key, trace.Float64, 3))
	}
	err := trace.Try(func() { transforms.CheckKeys(noise)(random.Key(1)) })
	fmt.Println(strings.ReplaceAll(err.Error(), ": ", ":\n  "))
	// Output:
	// check_keys_test.go:17:
	//   normal(i64[]):
	//   CheckKeys:
	//   the key was used before, by uniform at check_keys_test.go:16:
	//   use a key once, and make others of it by random.Split or random.FoldIn
}

// A key that is used twice is found wherever that is, and by whatever way it came there.
func TestCheckKeys(t *testing.T) {
	draw := func(key Value) Value { return random.Normal(key, trace.Float64) }
	layer := func(key Value) Value {
		return transforms.Named(transforms.Layer{Kind: "noise"}, func(key Value, _ struct{}) Value { return draw(key) })(key, struct{}{})
	}
	for _, c := range []struct {
		name string
		f    Func
		want string // the fault, "" for none
	}{
		{"once", draw, ""},
		{"twice", func(k Value) Value { return fn.Add(draw(k), draw(k)) }, "normal(i64[]): CheckKeys: the key was used before, by normal at check_keys_test.go:"},
		{"a draw and a split", func(k Value) Value { return fn.Add(draw(k), draw(fn.Index(random.Split(k, 2), 0))) }, "split(i64[])"},
		{"two splits", func(k Value) Value { return fn.Add(random.Split(k, 2), random.Split(k, 2)) }, "split(i64[])"},
		{"split", func(k Value) Value {
			keys := random.Split(k, 2)
			return fn.Add(draw(fn.Index(keys, 0)), draw(fn.Index(keys, 1)))
		}, ""},
		{"split, one of them twice", func(k Value) Value {
			keys := random.Split(k, 2)
			return fn.Add(draw(fn.Index(keys, 1)), draw(fn.Reshape(fn.Slice(keys, fn.SliceConfig{Start: []int{1}}))))
		}, "used before"},
		{"folded", func(k Value) Value {
			return fn.Add(draw(random.FoldIn(k, 0)), fn.Add(draw(random.FoldIn(k, 1)), draw(k)))
		}, ""},
		{"folded with one number", func(k Value) Value { return fn.Add(draw(random.FoldIn(k, 1)), draw(random.FoldIn(k, 1))) }, "used before"},
		{"an array of keys", func(k Value) Value { return draw(random.Split(k, 3)) }, ""},
		{"an array with a key of its own", func(k Value) Value {
			keys := random.Split(k, 3)
			return fn.Add(draw(fn.Index(keys, 1)), draw(keys))
		}, "normal(i64[3]): CheckKeys: the key at [1] was used before, by normal at"},
		{"each step of a loop", func(k Value) Value {
			_, ys := transforms.Scan(func(c, k Value) (Value, Value) { return c, draw(k) })(num(0), random.Split(k, 3))
			return ys
		}, ""},
		{"one for all steps of a loop", func(k Value) Value {
			return transforms.For(3, func(i, c Value) Value {
				return fn.Add(c, transforms.Cond(fn.Greater(i, trace.Scalar(int64(0))), draw, func(Value) Value { return num(0) })(k))
			})(trace.Scalar(0.0))
		}, "the key was used before, here, in an earlier step of a loop:"},
		{"a carried key", func(k Value) Value {
			return transforms.For(3, func(_, k Value) Value {
				keys := random.Split(k, 2)
				transforms.Callback(func(Value) {}, draw(fn.Index(keys, 0)))
				return fn.Index(keys, 1)
			})(k)
		}, ""},
		{"in a layer twice", func(k Value) Value { return fn.Add(layer(k), layer(k)) }, "used before"},
		{"in one branch each", func(k Value) Value {
			return transforms.Cond(fn.Greater(k, trace.Scalar(int64(0))), draw, layer)(k)
		}, ""},
		{"shared by the cases of a map", func(k Value) Value {
			return transforms.Vmap(func(x Value) Value { return fn.Mul(x, draw(k)) })(vector(1, 2))
		}, ""},
		{"equal for the cases of a map", func(k Value) Value { return transforms.Vmap(draw)(fn.Stack(0, k, k)) }, ""},
		{"in a checkpoint, computed again", func(k Value) Value {
			return transforms.Grad(transforms.Checkpoint(func(x Value) Value { return fn.Square(fn.Mul(fn.Exp(x), draw(k))) }))(trace.Scalar(1.0))
		}, ""},
		{"in a derivative", func(k Value) Value {
			return transforms.Grad(func(x Value) Value { return fn.Mul(fn.Mul(x, draw(k)), draw(k)) })(trace.Scalar(1.0))
		}, "used before"},
		{"in a compiled function", transforms.Jit(func(k Value) Value { return fn.Add(draw(k), draw(k)) }), "used before"},
	} {
		checked := transforms.CheckKeys(c.f)
		for range 2 { // each call is by itself
			err := trace.Try(func() { checked(random.Key(7)) })
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%s: %v", c.name, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "check_keys_test.go:")):
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
		}
		if c.want == "" {
			sameBits(t, c.name, checked(random.Key(7)), c.f(random.Key(7)))
		}
	}
	err := trace.Try(func() { transforms.Jit(transforms.CheckKeys(draw))(random.Key(1)) })
	if err == nil || !strings.Contains(err.Error(), "CheckKeys of a i64[] without elements") {
		t.Errorf("traced: %v", err)
	}
}
