package rules

import "github.com/pullback-go/pullback/trace"

// Func gives each site the rule that a function chooses for it, nil for none. The
// function is pure; it may ask for all there is to know of a site. The name stands for it
// wherever the composite is printed. Func panics with a *trace.Error without a name or a
// function.
func Func(name string, choose func(s *Site) Rule) Composite {
	if name == "" || choose == nil {
		panic(trace.Errorf("rules.Func: a name and a function are needed, got %q and %v", name, described(choose == nil)))
	}
	return function{name, choose}
}

type function struct {
	name string
	f    func(s *Site) Rule
}

func (f function) String() string { return "Func(" + trace.Printable(f.name) + ")" }

func (f function) Assign(sites []*Site) ([]Choice, error) {
	return each(sites, func(s *Site) Choice { return choice(f.f(s), f.name) }), nil
}
