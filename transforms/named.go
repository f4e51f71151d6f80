package transforms

import (
	"github.com/pullback-go/pullback/trace"
)

// Role says what an operand is to its layer.
type Role uint8

// The roles. A rule gives relevance to data; weights and biases get true cotangents.
const (
	RoleData Role = iota
	RoleWeight
	RoleBias
)

// String returns data, weight or bias.
func (r Role) String() string { return [...]string{"data", "weight", "bias"}[r] }

func rolesOf(n int, r Role) []Role {
	out := make([]Role, n)
	for i := range out {
		out[i] = r
	}
	return out
}

// Layer describes a named layer to composites.
type Layer struct {
	// Kind is the kind of the layer, such as [trace.KindConvStandard].
	Kind trace.Kind
	// Path is the layer's name in the model, such as features.0; empty if it has none.
	Path string
	// Biases lists the paths of parameters that are biases, such as ".Bias". All other
	// parameters are weights.
	Biases []string
}

// Named returns f as one layer. Composites see it as a site of the given kind and path.
// The leaves of d are its data, those of w its weights and biases. Values that f captures
// count as weights, unless d has no leaves: then captured values that depend on the
// argument of the surrounding function are its data. Values and derivatives are those of
// f.
func Named[D, W, R any](layer Layer, f func(d D, w W) R) func(d D, w W) R {
	type operands struct {
		Data    D
		Weights W
	}
	return func(d D, w W) R {
		r := &recording{}
		r.leaves, r.in = trace.Flatten(operands{d, w})
		if trace.Newest(r.leaves) == nil {
			var y R
			_, r.program = trace.RunBody(func([]Value) (out []Value) {
				y = f(d, w)
				out, r.out = trace.Flatten(y)
				r.weak = weakness(out)
				return out
			}, r.leaves)
			if r.program == nil {
				return y
			}
		} else {
			r.program = trace.RecordBody(flat(r, func(x operands) R { return f(x.Data, x.Weights) }), trace.TypesOfValues(r.leaves), r.leaves)
		}
		roles := make([]Role, len(r.leaves))
		for i, p := range r.in.Paths() {
			roles[i] = layer.role(p)
		}
		c := &call{layer: &layer, roles: roles, outs: len(r.program.Out)}
		return result[R](r, c.bind(r.program, r.leaves))
	}
}

// role derives the role of an operand from its path.
func (l Layer) role(path string) Role {
	if within(path, ".Data") {
		return RoleData
	}
	for _, b := range l.Biases {
		if path == ".Weights"+b {
			return RoleBias
		}
	}
	return RoleWeight
}
