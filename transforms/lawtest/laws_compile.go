package lawtest

import "github.com/pullback-go/pullback/transforms"

// compiled holds f, its VJP and the VJP of that, traced and under Jit, to what they
// compute when called; their programs are sound.
func (l *laws) compiled(f *function, in []Value) {
	for order := 0; ; order++ {
		f.meets()
		l.try("Jit of "+f.name, func() {
			if err := f.program.Check(); err != nil {
				l.failf("the program of %s: %v\n%v", f.name, err, f.program)
				return
			}
			want := f.apply(in)
			if fault := finite(want); fault != "" {
				l.failf("%s: %s", f.name, fault)
				return
			}
			l.same(f.name+" traced", f.run(in), want, rounding)
			l.same("Jit of "+f.name, transforms.Jit(f.apply)(in), want, rounding)
			f.isCompiled()
		})
		if l.broken() || !f.differentiable() || order == min(l.Order, 2) {
			return
		}
		l.try("tracing the VJP of "+f.name, func() { f = f.vjp() })
		in = append(in, l.draw(f)[len(in):]...)
	}
}
