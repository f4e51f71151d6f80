package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type V = trace.Value

type double struct{ transforms.Rule }

func (double) String() string { return "double" }
func (double) Relevance(s *transforms.Site, in, out, r []V) []V {
	return []V{fn.Mul(fn.Mul(r[0], in[0]), fn.Scalar(2))}
}

type byKind map[trace.Kind]transforms.Rule

func (byKind) String() string { return "byKind" }
func (b byKind) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	out := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Derived {
			continue
		}
		for k, r := range b {
			if s.Kind.Is(k) {
				out[i] = transforms.Choice{r, string(k)}
			}
		}
	}
	return out, nil
}

func TestSmoke(t *testing.T) {
	x := trace.Scalar(3.0)
	f := func(x V) V { return fn.Mul(x, fn.Mul(x, x)) }
	fmt.Println(transforms.Grad(f)(x), transforms.Grad(transforms.Grad(f))(x), transforms.Grad(transforms.Grad(transforms.Grad(f)))(x))
	fmt.Println(transforms.Grad(func(x V) V {
		return fn.Mul(x, transforms.Grad(func(y V) V { return fn.Mul(x, y) })(x))
	})(x), "want 6")
	fmt.Println(transforms.JVP(transforms.Grad(f))(x, trace.Scalar(1.0)))
	_, jj := transforms.JVP(func(x V) V { _, t := transforms.JVP(f)(x, fn.OnesLike(x)); return t })(x, trace.Scalar(1.0))
	fmt.Println(jj)
	v := trace.New([]float64{1, 2, 3})
	fmt.Println(transforms.Vmap(transforms.Grad(f))(v), transforms.Jit(transforms.Vmap(transforms.Grad(f)))(v))
	g := func(v V) V { return fn.SumAll(fn.Mul(fn.Mul(v, v), v)) }
	fmt.Println(transforms.Hessian(g)(v), transforms.Jacobian(transforms.Grad(g))(v))
	named := func(x V) V {
		return transforms.Named(transforms.Layer{Kind: "cube", Path: "l"}, func(x V, w []V) V { return fn.Mul(w[0], f(x)) })(x, []V{trace.Scalar(2.0)})
	}
	ck := transforms.Checkpoint(named)
	for _, h := range []func(V) V{named, ck, transforms.Jit(named)} {
		fmt.Println(h(x), transforms.Grad(h)(x), transforms.Grad(transforms.Grad(h))(x), transforms.Jit(transforms.Grad(transforms.Grad(h)))(x), transforms.Vmap(transforms.Grad(transforms.Grad(h)))(v))
		fmt.Println(transforms.JVP(transforms.Grad(h))(x, trace.Scalar(1.0)))
	}
	sc := func(x V) V {
		c, ys := transforms.Scan(func(c, r V) (V, V) { c = fn.Mul(c, fn.Mul(x, r)); return c, fn.Mul(c, c) })(fn.OnesLike(x), trace.New([]float64{1, 2, 3}))
		return fn.Add(c, fn.SumAll(ys)) // x, 2x^2, 6x^3 ; + x^2+4x^4+36x^6
	}
	fmt.Println(sc(x), 6*27+9+4*81+36*729)
	fmt.Println(transforms.Grad(sc)(x), 18*9+2*3+16*27+216*243)
	fmt.Println(transforms.Grad(transforms.Grad(sc))(x), 36*3+2+48*9+1080*81)
	fmt.Println(transforms.JVP(transforms.Grad(sc))(x, trace.Scalar(1.0)))
	fmt.Println(transforms.Grad(func(x V) V { _, t := transforms.JVP(sc)(x, fn.OnesLike(x)); return t })(x))
	fmt.Println(transforms.Jit(transforms.Vmap(transforms.Grad(transforms.Grad(sc))))(v))
	st := transforms.CustomVJP(func(x V) V { return fn.Add(x, fn.Scalar(0)) }, func(x V) (V, V) { return fn.Mul(fn.Scalar(1), transforms.StopGradient(x)), x }, func(_ V, ct V) V { return ct })
	fmt.Println(transforms.Grad(transforms.Grad(func(x V) V { y := st(x); return fn.Mul(y, y) }))(x), "want 2")
	fmt.Println(transforms.Vmap(transforms.Grad(transforms.Grad(func(x V) V { y := st(x); return fn.Mul(y, y) })))(v), "want 2")
	fmt.Println(transforms.JVP(transforms.Grad(func(x V) V { y := st(x); return fn.Mul(y, y) }))(x, trace.Scalar(1.0)))
	c := byKind{"cube": double{}}
	w := transforms.WithRules(c, named) // y=2x^3, R = 2 x r
	fmt.Println(w(x), transforms.Grad(w)(x), "6", transforms.Grad(transforms.Grad(w))(x), 2)
	yy := func(h func(V) V) func(V) V { return func(x V) V { y := h(x); return fn.Mul(y, y) } }
	// d/dx y^2 with rule: 2y * 2x = 8x^4 ; derivative 32 x^3 = 864
	for _, h := range []func(V) V{w, transforms.WithRules(c, ck), transforms.Checkpoint(w), transforms.Jit(w)} {
		fmt.Println(transforms.Grad(yy(h))(x), 8*81, transforms.Grad(transforms.Grad(yy(h)))(x), 864)
		fmt.Println(transforms.Vmap(transforms.Grad(transforms.Grad(yy(h))))(v), transforms.Jit(transforms.Vmap(transforms.Grad(transforms.Grad(yy(h)))))(v))
	}
	fmt.Println(transforms.Plan(c, named, x))
	fmt.Println(trace.Record(func(in []V) []V { return []V{transforms.Grad(w)(in[0])} }, []trace.Type{x.Type()}))
	fmt.Println(trace.Try(func() { fn.Add(v, trace.New([]float64{1, 2})) }))
}
