package fn_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Each function of one number has a derivative, which is one of these functions again.
func ExampleTan() {
	x := trace.New([]float64{0, 1})
	fmt.Printf("%.4f %.4f\n", fn.Tan(x), transforms.Vmap(transforms.Grad(fn.Tan))(x))
	// Output: [0.0000 1.5574] [1.0000 3.4255]
}

// A convolution of one channel with a kernel that takes differences.
func ExampleConv() {
	x := trace.New([]float64{1, 2, 4, 7}, 1, 1, 4)
	w := trace.New([]float64{-1, 1}, 1, 1, 2)
	fmt.Println(fn.Conv(x, w, fn.ConvConfig{}), fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2}}))
	// Output: f64[1 1 3] [[[1 2 3]]] f64[1 1 2] [[[2 7]]]
}

// A program written by hand.
func ExampleOps() {
	p, err := trace.Parse([]byte(`program(a f64[3])
  b f64[3] = fn.unary[fn.square](a)
  c f64[] = fn.sum{Axes:[0]}(b)
  return c
`), fn.Ops()...)
	fmt.Println(err, p.Apply(trace.New([]float64{1, 2, 3})))
	// Output: <nil> [f64[] 14]
}
