package transforms

import (
	"github.com/pullback-go/pullback/trace"
)

// Role is what an operand is to its layer.
type Role uint8

// The roles. Data get relevance from a rule; weights and biases get true cotangents.
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

// Layer says what composites know of a named layer.
type Layer struct {
	// Kind is what it is, as [trace.ConvStandard].
	Kind trace.Kind
	// Path is its name in the model, as features.0; empty if it has none.
	Path string
	// Biases lists the paths of parameters that are biases, as ".Bias"; the others are weights.
	Biases []string
}

// Named returns f as one layer: composites see it as a site of the given kind and path, with the leaves of d as data and those of w as
// weights and biases; what f captures counts as weights. Values and derivatives are those of f.
func Named[D, W, R any](layer Layer, f func(d D, w W) R) func(d D, w W) R {
	type operands struct {
		Data    D
		Weights W
	}
	return func(d D, w W) R {
		x := operands{d, w}
		leaves, s := trace.Flatten(x)
		if trace.Newest(leaves) == nil {
			return f(d, w)
		}
		r := record(func(x operands) R { return f(x.Data, x.Weights) }, x)
		roles := make([]Role, len(leaves))
		for i, p := range s.Paths() {
			roles[i] = layer.role(p)
		}
		c := &call{layer: &layer, roles: roles, outs: len(r.program.Out)}
		return unflatten[R](r.out, c.bind(r.program, leaves))
	}
}

// role reads the role of an operand off its path.
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
