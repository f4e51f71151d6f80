package onnx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/onnx"
	"github.com/pullback-go/pullback/trace"
)

// Each operator with too few operands, too many, absent ones, or ones of a wrong type
// gives a result or a *trace.Error, and so does the file where all are constants.
func TestWrongOperands(t *testing.T) {
	kinds := []Value{trace.Scalar(float32(1)), ramp(1, 3), ramp(1, 2, 3), ramp(1, 1, 2, 3, 3), i64(s(2), 1, 0), truth(s(1), 1), f32(s(0)), none}
	for _, op := range onnx.Operators() {
		for count := range 5 {
			for i, v := range kinds {
				if testing.Short() && (i+count)%4 > 0 {
					continue
				}
				for _, outputs := range []int{0, 1, 3} {
					for _, constant := range []bool{false, true} {
						g := graph{}
						n := node{op: op, name: "it", out: strings.Join([]string{"y", "_", "z"}[:outputs], " ")}
						in := values{}
						for k := range count {
							name := fmt.Sprint("in", k)
							x := v
							if k == count-1 {
								x = kinds[(i+k)%len(kinds)]
							}
							switch {
							case x.IsAbsent():
								name = "_"
							case constant:
								g.given = append(g.given, stored(name, x))
							default:
								g.in, in[name] = append(g.in, name), x
							}
							n.in += " " + name
						}
						g.nodes = []node{n, {op: "Constant", out: "one", attrs: attrs{"value_int": 1}}}
						if g.out = []string{"one"}; outputs > 0 {
							g.out = []string{"y"}
						}
						m, err := onnx.Decode("m.onnx", model{graph: g}.bytes())
						if err != nil {
							t.Fatalf("%s: %v", op, err)
						}
						if err := trace.Try(func() { m.Apply(in) }); err != nil && !strings.Contains(err.Error(), `node "it", `+op+"(") {
							t.Errorf("%s: %v does not name the node", op, err)
						}
					}
				}
			}
		}
	}
}
