package transforms

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pullback-go/pullback/trace"
)

// Usage is the work of some operations.
type Usage struct {
	// Ops is how often an operation is applied.
	Ops int64
	// FLOPs counts additions and multiplications of products, convolutions and
	// decompositions, and one for each element that another operation computes or adds up.
	// What moves or copies elements counts none.
	FLOPs int64
	// Read and Written are the bytes of operands and outputs, as if each operation were
	// computed by itself. A compiled function fuses elementwise operations and moves fewer.
	Read, Written int64
}

func (u *Usage) add(v Usage, times int64) {
	u.Ops, u.FLOPs = u.Ops+times*v.Ops, u.FLOPs+times*v.FLOPs
	u.Read, u.Written = u.Read+times*v.Read, u.Written+times*v.Written
}

// CostRow is the work of one kind of operation, or inside of one layer.
type CostRow struct {
	Name string
	Usage
}

// CostReport is the work of a function, see [Cost].
type CostReport struct {
	Total Usage
	// ByOp has a row for each name of an operation, the most FLOPs first.
	ByOp []CostRow
	// ByLayer has a row for each layer of [Named], with the layers inside of it, in order
	// of execution. A layer that is called several times has one row.
	ByLayer []CostRow
}

// Cost returns the work of f for an argument of the structure and types of example, by
// operation and by layer. f is traced, not computed, so the leaves of example may be
// [trace.Unknown]. It counts the operations as f applies them, before any is fused, shared
// or left out, with rules discharged. A loop counts all its steps, a [While] one; of a
// choice, the branch of most FLOPs counts. What a derivative makes of a layer is in no
// layer. [Compiled.Profile] measures time.
//
//	fmt.Println(transforms.Cost(model.Apply, image))
func Cost[P, R any](f func(P) R, example P) CostReport {
	a := account(dischargeProgram(record(f, example).program))
	r := CostReport{Total: a.total}
	for _, name := range slices.Sorted(maps.Keys(a.ops)) {
		r.ByOp = append(r.ByOp, CostRow{name, *a.ops[name]})
	}
	slices.SortStableFunc(r.ByOp, func(a, b CostRow) int {
		return cmp.Or(cmp.Compare(b.FLOPs, a.FLOPs), cmp.Compare(b.Read+b.Written, a.Read+a.Written))
	})
	for _, name := range a.order {
		r.ByLayer = append(r.ByLayer, CostRow{name, *a.layers[name]})
	}
	return r
}

// accounts is the work of a program.
type accounts struct {
	total       Usage
	ops, layers map[string]*Usage
	order       []string // of layers
}

// account counts the work of a program, at all depths.
func account(p *trace.Program) *accounts {
	a := &accounts{ops: map[string]*Usage{}, layers: map[string]*Usage{}}
	for i := range p.Eqns {
		a.equation(p, &p.Eqns[i])
	}
	return a
}

func (a *accounts) equation(p *trace.Program, e *trace.Eqn) {
	switch op := e.Op.(type) {
	case *call:
		inside := account(op.body)
		if op.layer != nil {
			a.layer(cmp.Or(op.layer.Path, string(op.layer.Kind))).add(inside.total, 1)
		}
		a.add(inside, 1)
	case trace.LoopOp:
		l := op.AsLoop()
		a.add(account(l.Body), int64(l.Length))
	case trace.WhileOp:
		l := op.AsWhile()
		a.add(account(l.Test), 1)
		a.add(account(l.Body), 1)
	case trace.ChoiceOp:
		var most *accounts
		for _, b := range op.Bodies() {
			if branch := account(b); most == nil || branch.total.FLOPs > most.total.FLOPs {
				most = branch
			}
		}
		a.add(most, 1)
	case trace.Caller:
		for _, b := range op.Bodies() {
			a.add(account(b), 1)
		}
	default:
		u := usageOf(e.Op, p.TypesOf(e.In), p.TypesOf(e.Out))
		a.total.add(u, 1)
		a.op(e.Op.Name()).add(u, 1)
	}
}

// add adds the work of a body that runs some times.
func (a *accounts) add(b *accounts, times int64) {
	a.total.add(b.total, times)
	for name, u := range b.ops {
		a.op(name).add(*u, times)
	}
	for _, name := range b.order {
		a.layer(name).add(*b.layers[name], times)
	}
}

func (a *accounts) op(name string) *Usage {
	if a.ops[name] == nil {
		a.ops[name] = &Usage{}
	}
	return a.ops[name]
}

func (a *accounts) layer(name string) *Usage {
	if a.layers[name] == nil {
		a.layers[name] = &Usage{}
		a.order = append(a.order, name)
	}
	return a.layers[name]
}

// usageOf is the work of one operation.
func usageOf(op trace.Op, in, out []trace.Type) Usage {
	u := Usage{Ops: 1}
	if trace.IsAlias(op) || trace.HasEffect(op) {
		return u
	}
	elements := [2]int64{}
	for _, t := range in {
		elements[0] += int64(t.Size())
		u.Read += int64(t.Bytes())
	}
	for _, t := range out {
		elements[1] += int64(t.Size())
		u.Written += int64(t.Bytes())
	}
	switch op := op.(type) {
	case trace.Costed:
		u.FLOPs = op.FLOPs(in)
	case trace.Mover, trace.Uniform:
	case trace.Elementwise:
		u.FLOPs = elements[1]
	default:
		u.FLOPs = max(elements[0], elements[1])
	}
	return u
}

// String prints a table of the layers and one of the operations.
func (r CostReport) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	table := func(title string, rows []CostRow) {
		if len(rows) == 0 {
			return
		}
		fmt.Fprintf(w, "applied\tFLOPs\tshare\tread\twritten\t  %s\n", title)
		for _, row := range rows {
			share := 100 * float64(row.FLOPs) / float64(max(1, r.Total.FLOPs))
			fmt.Fprintf(w, "%d\t%s\t%.1f %%\t%s\t%s\t  %s\n", row.Ops, scaled(row.FLOPs, ""), share, scaled(row.Read, "B"), scaled(row.Written, "B"), trace.Printable(row.Name))
		}
	}
	table("layer", r.ByLayer)
	table("operation", append(slices.Clone(r.ByOp), CostRow{"total", r.Total}))
	w.Flush()
	return b.String()
}

// scaled prints a number in thousands, millions and so on.
func scaled(n int64, unit string) string {
	const prefixes = "kMGTPE"
	if n < 1000 {
		return strings.TrimSpace(fmt.Sprintf("%d %s", n, unit))
	}
	x, i := float64(n)/1000, 0
	for ; x >= 999.95; i++ {
		x /= 1000
	}
	return fmt.Sprintf("%.1f %c%s", x, prefixes[i], unit)
}
