package lawtest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pullback-go/pullback/trace"
)

// Untried lists the laws of [LawsWith] that these operations have, and that no function
// with the operation was held to in this process so far. Each is a line, as
//
//	fn.div: derivative 3 by operand 1
//	fn.concat: batched x_
//	fn.compare: operand 0 in u8
//
// An operation goes by the name of its Go type. It is held to a law where a program that
// has it is, and where its operands take part: those that the derivative goes through, or
// those that are batched (x) and shared (_). Which laws it has follows from the functions
// it was met in:
//
//   - derivatives to the third order and duality, by each operand of floats, if its result
//     is of floats; one order less if it is met only in a first derivative, two in a second;
//   - each pattern of batched and shared operands: all of up to three operands, else all
//     together, each alone, and all but each;
//   - Jit, and Jit at special numbers if it has operands of floats;
//   - operands without elements;
//   - scalars, and each dtype, if Infer takes them in the place of the operands it was
//     met with. Integers and bools are for operations of functions, not of derivatives.
func Untried(ops ...trace.Op) []string {
	tried.Lock()
	defer tried.Unlock()
	var out []string
	for _, op := range ops {
		name, e := typeName(op), tried.of[reflect.TypeOf(op)]
		if e == nil {
			out = append(out, name+": in no function that is held to laws")
			continue
		}
		for _, law := range slices.Sorted(maps.Keys(e.wanted())) {
			if !e.held[law] {
				out = append(out, name+": "+law)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tried is what was held to laws in this process, by the Go type of the operation.
var tried = struct {
	sync.Mutex
	of map[reflect.Type]*entry
}{of: map[reflect.Type]*entry{}}

// entry is a row of the table of laws: an operation.
type entry struct {
	held map[string]bool
	// has are the laws that follow from the types of the operands that were met.
	has map[string]bool
	// slopes are the operands of floats on which the result, of floats, may depend, and how
	// many times a function was pulled back until that was met.
	slopes map[int]int
	// counts are the numbers of operands.
	counts map[int]bool
	// met are some of the types of the operands.
	met map[string]bool
}

// The names of laws. Those with a verb are formats.
const (
	lawSlope   = "derivative %d by operand %d"
	lawDual    = "duality by operand %d"
	lawBatched = "batched %s"
	lawJit     = "Jit"
	lawSpecial = "Jit at special numbers"
	lawEmpty   = "operands without elements"
	lawScalar  = "operands that are scalars"
	lawDType   = "operand %d in %v"
)

// highest is the order up to which derivatives are compared with finite differences.
const highest = 3

var pathOfPackage = regexp.MustCompile(`[\w./-]+/`)

// typeName is the name of an operation's Go type, such as fn.unary[fn.exp].
func typeName(op trace.Op) string {
	return pathOfPackage.ReplaceAllString(reflect.TypeOf(op).String(), "")
}

func (e *entry) wanted() map[string]bool {
	out := maps.Clone(e.has)
	for operand, depth := range e.slopes {
		for order := 1; order <= highest-depth; order++ {
			out[fmt.Sprintf(lawSlope, order, operand)] = true
		}
		out[fmt.Sprintf(lawDual, operand)] = true
	}
	// Of an operation of any number of operands one number has all patterns.
	if n := e.mostPatterns(); n > 0 {
		for _, mask := range masks(n) {
			out[fmt.Sprintf(lawBatched, pattern(mask))] = true
		}
	}
	return out
}

func (e *entry) mostPatterns() (n int) {
	most := -1
	for _, count := range slices.Sorted(maps.Keys(e.counts)) {
		held, all := 0, masks(count)
		for _, mask := range all {
			if e.held[fmt.Sprintf(lawBatched, pattern(mask))] {
				held++
			}
		}
		if held == len(all) {
			return count
		}
		if held > most {
			n, most = count, held
		}
	}
	return n
}

// pattern writes which operands are batched.
func pattern(mask []bool) string {
	out := make([]byte, len(mask))
	for i, batched := range mask {
		out[i] = '_'
		if batched {
			out[i] = 'x'
		}
	}
	return string(out)
}

// meets notes the operations of f, and what they would take in the place of its operands.
func (f *function) meets() {
	depends := f.depends(f.diff)
	f.equations(func(e *entry, eqn *trace.Eqn, in []trace.Type) {
		e.counts[len(in)] = true
		for i := range in {
			if depends(eqn, i) {
				if order, ok := e.slopes[i]; !ok || f.order < order {
					e.slopes[i] = f.order
				}
			}
		}
		if key := fmt.Sprint(in, f.order > 0); !e.met[key] && len(e.met) < 8 {
			e.met[key] = true
			e.takes(eqn.Op, in, f.order > 0)
		}
	})
}

func (e *entry) takes(op trace.Op, in []trace.Type, derived bool) {
	e.has[lawJit] = true
	if len(in) == 0 {
		return
	}
	e.has[lawEmpty] = true
	scalars := slices.Clone(in)
	for i, t := range in {
		scalars[i].Shape = nil
		if t.DType.IsFloat() {
			e.has[lawSpecial] = true
		}
		if first(in, i) {
			for _, d := range everyDType() {
				if (d.IsFloat() || !derived) && computes(op, i, d) && infers(op, swapped(in, t.DType, d)) {
					e.has[fmt.Sprintf(lawDType, i, d)] = true
				}
			}
		}
	}
	if infers(op, scalars) {
		e.has[lawScalar] = true
	}
}

// first reports whether operand i is the first of its dtype.
func first(in []trace.Type, i int) bool {
	return !slices.ContainsFunc(in[:i], func(t trace.Type) bool { return t.DType == in[i].DType })
}

// swapped are types with one dtype in the place of another.
func swapped(in []trace.Type, from, to trace.DType) []trace.Type {
	out := slices.Clone(in)
	for i := range out {
		if out[i].DType == from {
			out[i].DType = to
		}
	}
	return out
}

// computes reports whether an operation meets operand i in a dtype: one of storage is made
// wide before most do.
func computes(op trace.Op, i int, d trace.DType) bool {
	if d.Wide() == d {
		return true
	}
	s, ok := op.(trace.Storer)
	return ok && s.StoresIn(i)
}

func infers(op trace.Op, in []trace.Type) bool {
	_, failed := guarded(func() []Value {
		if _, err := op.Infer(in); err != nil {
			panic(trace.Errorf("%v", err))
		}
		return nil
	})
	return failed == ""
}

// everyDType lists the dtypes there are.
func everyDType() (out []trace.DType) {
	for d := trace.Bool; d <= trace.Float64; d++ {
		out = append(out, d)
	}
	return out
}

// hasSlopes notes that derivatives of this order were compared, and their duality.
func (f *function) hasSlopes(order int) {
	depends := f.depends(f.diff)
	f.equations(func(e *entry, eqn *trace.Eqn, in []trace.Type) {
		for i := range in {
			if depends(eqn, i) {
				e.held[fmt.Sprintf(lawSlope, order, i)], e.held[fmt.Sprintf(lawDual, i)] = true, true
			}
		}
	})
}

// isBatched notes that f was batched by the marked operands.
func (f *function) isBatched(mask []bool) {
	p := f.open()
	batched := make([]bool, len(p.Types))
	for i, v := range p.In {
		batched[v] = mask[i]
	}
	f.equations(func(e *entry, eqn *trace.Eqn, in []trace.Type) {
		marks, some := make([]bool, len(in)), false
		for i, v := range eqn.In {
			marks[i] = batched[v]
			some = some || batched[v]
		}
		for _, v := range eqn.Out {
			batched[v] = some
		}
		if some {
			e.held[fmt.Sprintf(lawBatched, pattern(marks))] = true
		}
	})
}

// isCompiled notes that f under Jit is f, for the dtypes and shapes that it has.
func (f *function) isCompiled() {
	f.equations(func(e *entry, eqn *trace.Eqn, in []trace.Type) {
		e.held[lawJit] = true
		scalars := len(in) > 0
		for i, t := range in {
			scalars = scalars && len(t.Shape) == 0
			if t.Size() == 0 {
				e.held[lawEmpty] = true
			}
			e.held[fmt.Sprintf(lawDType, i, t.DType)] = true
		}
		if scalars {
			e.held[lawScalar] = true
		}
	})
}

func (f *function) isSpecial() {
	f.equations(func(e *entry, _ *trace.Eqn, _ []trace.Type) { e.held[lawSpecial] = true })
}

// equations calls see for each equation of f, in order.
func (f *function) equations(see func(e *entry, eqn *trace.Eqn, in []trace.Type)) {
	tried.Lock()
	defer tried.Unlock()
	p := f.open()
	for i := range p.Eqns {
		eqn := &p.Eqns[i]
		kind := reflect.TypeOf(eqn.Op)
		e := tried.of[kind]
		if e == nil {
			e = &entry{held: map[string]bool{}, has: map[string]bool{}, slopes: map[int]int{}, counts: map[int]bool{}, met: map[string]bool{}}
			tried.of[kind] = e
		}
		see(e, eqn, p.TypesOf(eqn.In))
	}
}

// open is the program of f, with the bodies of calls in their places, without what its
// results do not need.
func (f *function) open() *trace.Program {
	if f.opened == nil {
		f.opened, _ = f.program.Inlined(bodyOf).Pruned()
	}
	return f.opened
}

// depends returns whether the results of f depend through operand i of an equation on the
// marked arguments: by floats alone, so that derivatives go through it.
func (f *function) depends(marked []bool) func(eqn *trace.Eqn, i int) bool {
	p := f.open()
	from, to := make([]bool, len(p.Types)), make([]bool, len(p.Types))
	for i, v := range p.In {
		from[v] = marked[i]
	}
	for _, v := range p.Out {
		to[v] = true
	}
	isFloat := func(v trace.Var) bool { return p.Types[v].DType.IsFloat() }
	for _, eqn := range p.Eqns {
		some := slices.ContainsFunc(eqn.In, func(v trace.Var) bool { return from[v] })
		for _, v := range eqn.Out {
			from[v] = some && isFloat(v)
		}
	}
	leads := func(eqn *trace.Eqn) bool {
		return slices.ContainsFunc(eqn.Out, func(v trace.Var) bool { return to[v] && isFloat(v) })
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		if eqn := &p.Eqns[i]; leads(eqn) {
			for _, v := range eqn.In {
				to[v] = true
			}
		}
	}
	return func(eqn *trace.Eqn, i int) bool { return from[eqn.In[i]] && isFloat(eqn.In[i]) && leads(eqn) }
}

// Main runs the tests of a package, and fails also if one of ops lacks a law that [Untried]
// lists and no exception has a reason for; or if there is an exception that is none. It
// returns the code to exit with, for TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(lawtest.Main(m, Ops(), nil)) }
//
// Exceptions are lines of Untried, or what several begin with and a *, with their reasons.
// Where flags choose some of the
// tests, nothing is said of laws.
func Main(m interface{ Run() int }, ops []trace.Op, exceptions map[string]string) (code int) {
	code = m.Run()
	if code != 0 || chosen() {
		return code
	}
	for _, fault := range gaps(Untried(ops...), exceptions) {
		fmt.Fprintln(os.Stderr, fault)
		code = 1
	}
	return code
}

// gaps are the laws without a test or exception, and the exceptions that are none.
func gaps(untried []string, exceptions map[string]string) (faults []string) {
	used := map[string]bool{}
	for _, line := range untried {
		excepted := false
		for key := range exceptions {
			start, several := strings.CutSuffix(key, "*")
			if line == key || several && strings.HasPrefix(line, start) {
				used[key], excepted = true, true
			}
		}
		if !excepted {
			faults = append(faults, line+": no test tries this law: call lawtest.LawsWith with such a function")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(exceptions)) {
		if !used[key] {
			faults = append(faults, key+": this exception is none, as a test tries it: take it out")
		}
	}
	return faults
}

// chosen reports whether flags leave out some tests, or run none.
func chosen() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}
