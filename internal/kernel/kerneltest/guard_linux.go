package kerneltest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// Guarded returns n random numbers that end where readable memory ends, so that a kernel
// that touches anything past an operand is stopped by the system.
func Guarded[T array.Float](t *testing.T, r *rand.Rand, n int) []T {
	t.Helper()
	s := newSlot(t, array.CeilDiv(n*array.SizeOf[T](), syscall.Getpagesize())*syscall.Getpagesize())
	x := placed[T](s, n, true, 0)
	copy(x, Normals[T](r, n))
	return x
}

// newSlot returns memory of so many bytes, which are whole pages, between pages that
// cannot be touched.
func newSlot(t *testing.T, bytes int) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, bytes+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(memory); err != nil {
			t.Error(err)
		}
	})
	for _, at := range []int{0, page + bytes} {
		if err := syscall.Mprotect(memory[at:at+page], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return memory[page : page+bytes]
}

// margin is how many bytes on the open side of an operand are watched.
const margin = 512

// placed is n elements at the end of a slot, or at its beginning. They and the margin on
// the other side hold the byte.
func placed[E any](slot []byte, n int, atEnd bool, fill byte) []E {
	size := n * array.SizeOf[E]()
	at := 0
	if atEnd {
		at = len(slot) - size
	}
	around := slot[max(0, at-margin):min(len(slot), at+size+margin)]
	for i := range around {
		around[i] = fill
	}
	return unsafe.Slice((*E)(unsafe.Pointer(&unsafe.Slice(unsafe.SliceData(slot), len(slot)+1)[at])), n)
}

// Guard hands out operands that lie between pages that cannot be touched, at their
// beginning or at their end.
type Guard struct {
	t     *testing.T
	all   *testing.T // for as long as the slots are used
	Rand  *rand.Rand
	slots [][]byte
	next  int
	atEnd bool
	fill  byte // of outputs, and of what lies on the open side of all operands
	check []func()
	outs  []func() []float64
}

// slotBytes is more than any operand has; only what is touched becomes memory.
const slotBytes = 1 << 24

// begin starts a run, with operands that follow from the seed.
func (g *Guard) begin(seed uint64, atEnd bool, fill byte) {
	g.Rand, g.next, g.atEnd, g.fill, g.check, g.outs = rand.New(rand.NewPCG(seed, 91)), 0, atEnd, fill, nil, nil
}

func guardSlot[E any](g *Guard, n int) []E {
	if g.next == len(g.slots) {
		g.slots = append(g.slots, newSlot(g.all, slotBytes))
	}
	if n*array.SizeOf[E]() > slotBytes {
		g.t.Fatalf("%d elements do not fit into a slot", n)
	}
	slot := g.slots[g.next]
	g.next++
	x := placed[E](slot, n, g.atEnd, g.fill)
	g.check = append(g.check, func() { g.checkMargin(slot, n*array.SizeOf[E]()) })
	return x
}

// checkMargin wants the bytes on the open side of an operand to be as they were.
func (g *Guard) checkMargin(slot []byte, size int) {
	open := slot[min(size, len(slot)):min(size+margin, len(slot))]
	if g.atEnd {
		at := len(slot) - size
		open = slot[max(0, at-margin):at]
	}
	for i, b := range open {
		if b != g.fill {
			g.t.Fatalf("byte %d beside an operand of %d bytes was written", i, size)
		}
	}
}

// Given returns an operand with these elements, which the kernel must leave alone.
func Given[E comparable](g *Guard, elements []E) []E {
	x := guardSlot[E](g, len(elements))
	copy(x, elements)
	g.check = append(g.check, func() {
		if !slices.Equal(x, elements) {
			g.t.Fatal("an input was written")
		}
	})
	return x
}

// Some returns an operand of n random elements: those of int types are small and not 0.
func Some[E array.Element](g *Guard, n int) []E {
	elements := make([]E, n)
	for i := range elements {
		switch p := any(&elements[i]).(type) {
		case *bool:
			*p = g.Rand.IntN(2) == 0
		case *int32:
			*p = int32(1 + g.Rand.IntN(5))
		case *int64:
			*p = -int64(1 + g.Rand.IntN(5))
		case *float32:
			*p = float32(g.Rand.NormFloat64())
		case *float64:
			*p = g.Rand.NormFloat64()
		}
	}
	return Given(g, elements)
}

// Indices returns n indices below a limit.
func Indices[I array.Integer](g *Guard, n, limit int) []I {
	elements := make([]I, n)
	for i := range elements {
		elements[i] = I(g.Rand.IntN(limit))
	}
	return Given(g, elements)
}

// Filled is an output that holds numbers already, which a kernel adds to.
func Filled[E array.Element](g *Guard, n int) []E {
	y := Output[E](g, n)
	copy(y, Some[E](g, n))
	return y
}

// Output returns an operand of n elements to be written in full.
func Output[E array.Element | uint64](g *Guard, n int) []E {
	y := guardSlot[E](g, n)
	g.outs = append(g.outs, func() []float64 {
		out := make([]float64, n)
		for i := range y {
			switch v := any(y[i]).(type) {
			case bool:
				if *(*byte)(unsafe.Pointer(&y[i])) > 1 {
					g.t.Fatalf("bool %d was not written", i)
				}
				if v {
					out[i] = 1
				}
			case int32:
				out[i] = float64(v)
			case int64:
				out[i] = float64(v)
			case uint64:
				out[i] = float64(v)
			case float32:
				out[i] = float64(v)
			case float64:
				out[i] = v
			}
		}
		return out
	})
	return y
}

// results checks what is around the operands and returns all outputs.
func (g *Guard) results() []float64 {
	for _, check := range g.check {
		check()
	}
	var all []float64
	for _, out := range g.outs {
		all = append(all, out()...)
	}
	return all
}

// guardSizes are the sizes that kernels are run with: from 0 past two vectors and what is
// done of them at once.
func guardSizes() []int {
	if testing.Short() {
		return []int{0, 1, 7, 8, 9, 17, 33, 130}
	}
	sizes := make([]int, 0, 160)
	for n := range 140 {
		sizes = append(sizes, n)
	}
	return append(sizes, 257, 1000)
}

// Guards is the table of the kernels of a room.
type Guards struct{ list []guardedKernel }

// guardedKernel is a kernel with a type of its elements, and how to run it at a size.
type guardedKernel struct {
	name string // of the function, and after a slash what it is of
	run  func(g *Guard, n int)
}

// Add adds a kernel, by the name of the function and after a slash what it is of.
func (l *Guards) Add(name string, run func(g *Guard, n int)) {
	l.list = append(l.list, guardedKernel{name, run})
}

// Run runs every kernel, for each of its types, at every size, with each set of
// instructions. Its operands begin or end where memory cannot be touched, and what
// outputs held before differs; the caller has scratch poisoned. Then the results must be
// the same bits, whatever was there and wherever the operands lie, and close to those of
// plain Go.
func (l *Guards) Run(t *testing.T) {
	g := &Guard{all: t}
	for _, k := range l.list {
		t.Run(k.name, func(t *testing.T) {
			g.t = t
			for seed, n := range guardSizes() {
				var want []float64
				EachSet(func() {
					got := runGuarded(g, k, n, uint64(seed))
					if want == nil {
						want = got
					}
					k.compare(t, got, want, fmt.Sprint(cpu.InUse(), " at size ", n))
				})
			}
		})
	}
}

// WantComplete wants every exported function of the package in whose folder the test
// runs, and every exported method of an exported type, to be in the table or among the
// others.
func (l *Guards) WantComplete(t *testing.T, others ...string) {
	t.Helper()
	for _, k := range l.list {
		name, _, _ := strings.Cut(k.name, "/")
		others = append(others, name)
	}
	declared := exportedFunctions(t)
	for _, name := range declared {
		if !slices.Contains(others, name) {
			t.Errorf("%s is not in the table of guarded kernels", name)
		}
	}
	for _, name := range others {
		if !slices.Contains(declared, name) {
			t.Errorf("%s is in the table and not in the package", name)
		}
	}
}

func exportedFunctions(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && onExported(f) {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

// onExported says whether a function is no method, or one of an exported type.
func onExported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	t := f.Recv.List[0].Type
	for {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

// runGuarded runs a kernel in all places, and wants the same bits.
func runGuarded(g *Guard, k guardedKernel, n int, seed uint64) (first []float64) {
	g.t.Helper()
	for run, atEnd := range []bool{true, false} {
		g.begin(seed, atEnd, byte(0x5a+0x61*run))
		k.run(g, n)
		got := g.results()
		if run == 0 {
			first = got
		}
		for i, v := range got {
			if !Alike(v, first[i]) {
				g.t.Fatalf("%v at size %d: element %d of the outputs is %v, elsewhere in memory %v", cpu.InUse(), n, i, v, first[i])
			}
		}
	}
	return first
}

// compare wants results close to those of plain Go.
func (k guardedKernel) compare(t *testing.T, got, want []float64, what string) {
	t.Helper()
	scale := 1.0
	for _, v := range want {
		if !math.IsInf(v, 0) && v == v {
			scale = max(scale, math.Abs(v))
		}
	}
	for i, v := range got {
		if w := want[i]; !Alike(v, w) && !(math.Abs(v-w) <= 1e-4*scale) {
			t.Fatalf("%s: element %d of the outputs is %v, in plain Go %v", what, i, v, w)
		}
	}
}

// AlongAxis runs a kernel over the middle axis of arrays of several shapes. The axis is
// not empty.
func AlongAxis(run func(g *Guard, outer, n, inner int)) func(g *Guard, n int) {
	return func(g *Guard, n int) {
		for _, s := range [][3]int{{1, n + 1, 1}, {2, 5, n}, {n, 3, 2}, {1, n + 1, 17}} {
			run(g, s[0], s[1], s[2])
		}
	}
}
