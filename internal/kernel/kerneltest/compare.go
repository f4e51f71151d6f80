// Package kerneltest is what the tests of several rooms of kernels share: numbers to test
// with, comparisons, sets of instructions and of cores, and operands between pages of
// memory that cannot be touched. Only tests import it.
package kerneltest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// WantClose fails unless got is within tol of want, relative to the largest magnitude
// wanted.
func WantClose[T array.Float](t *testing.T, got, want []T, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d elements, want %d", len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tol*scale) {
			t.Fatalf("element %d: got %v, want %v (off by %.2g, tolerance %.2g)", i, got[i], want[i], d/scale, tol)
		}
	}
}

// SameBits fails unless the two slices hold the same bits.
func SameBits[T array.Float](t *testing.T, got, want []T, what string) {
	t.Helper()
	for i := range want {
		if math.Float64bits(float64(got[i])) != math.Float64bits(float64(want[i])) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

// WantEqual fails unless the two slices are equal.
func WantEqual[E comparable](t *testing.T, got, want []E) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d elements, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// Alike says whether two numbers have the same bits, or are both NaN.
func Alike(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// AtMost is how many cases to draw: fewer in short mode.
func AtMost(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}

// Caught is what f panics with, or nil.
func Caught(f func()) (cause any) {
	defer func() { cause = recover() }()
	f()
	return nil
}

// WantPanic wants a kernel to panic with a text, which begins with "kernel: ".
func WantPanic(t *testing.T, want string, run func()) {
	t.Helper()
	if got := fmt.Sprint(Caught(run)); got != "kernel: "+want {
		t.Errorf("panicked with %q, want %q", got, "kernel: "+want)
	}
}

// WantNoAllocations wants each function to allocate nothing.
func WantNoAllocations(t *testing.T, functions map[string]func()) {
	t.Helper()
	for name, run := range functions {
		if got := testing.AllocsPerRun(200, run); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// WholeOf is how many of n elements fill vectors of so many, if there are vectors.
func WholeOf(n, lanes int) int {
	if cpu.InUse() == cpu.Plain {
		return 0
	}
	return n / lanes * lanes
}

// Second returns the second of two results.
func Second[A any](_ A, n int) int { return n }

// WantDone wants a kernel to have done so many of n elements with vector instructions.
func WantDone(t *testing.T, name string, n, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: of %d elements %d are done, want %d", name, n, got, want)
	}
}

// WantInside gives a function a slice of as many elements as it needs, and of one less,
// of which the second must make it panic.
func WantInside[T array.Float](t *testing.T, name string, needs int, run func(x []T)) {
	t.Helper()
	whole := make([]T, needs)
	if got := Caught(func() { run(whole) }); got != nil {
		t.Errorf("%s of %d elements panicked with %v", name, needs, got)
	}
	if Caught(func() { run(whole[: needs-1 : needs-1]) }) == nil {
		t.Errorf("%s of %d elements of %d did not panic", name, needs-1, needs)
	}
}

// AroundVectors are numbers of elements on both sides of one vector, of two and of more,
// of each element size and of bools.
var AroundVectors = []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 19, 31, 32, 33, 35, 63, 64, 65, 67}

// Fenced returns n elements in the middle of others, and what fails if the others have
// changed. All of them are the fence at first. The first is not where a vector would be
// aligned.
func Fenced[E comparable](n int, fence E) (x []E, check func(t *testing.T, what string)) {
	const beside = 33
	all := slices.Repeat([]E{fence}, n+2*beside)
	return all[beside : beside+n : beside+n], func(t *testing.T, what string) {
		t.Helper()
		for i, v := range all {
			if (i < beside || i >= beside+n) && v != fence {
				t.Fatalf("%s of %d: element %d, which is not of the output, is %v", what, n, i-beside, v)
			}
		}
	}
}

// Counting returns 1, 2, ..., n.
func Counting[T array.Number](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(i + 1)
	}
	return x
}

// ReportRate reports how many floating point operations a second were done, at flops an
// iteration.
func ReportRate(b *testing.B, flops float64) {
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkMemory runs what goes through so many elements.
func BenchmarkMemory(b *testing.B, name string, elements int, run func()) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			run()
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(elements), "ns/element")
		b.ReportAllocs()
	})
}

// WantPacked holds the packing of an operand to element(line, step), at every width, from
// the middle of its lines and steps.
func WantPacked(t *testing.T, pack func(dst []float64, width, lo, hi, k0, k1 int), lines, steps int, element func(i, k int) float64) {
	t.Helper()
	for _, width := range []int{1, 2, 3, 4, 8} {
		for _, lo := range []int{0, lines / 3} {
			for _, k0 := range []int{0, steps / 3} {
				got := Garbage[float64](array.CeilDiv(lines-lo, width) * width * (steps - k0))
				pack(got, width, lo, lines, k0, steps)
				for at, v := range got {
					panel, k, i := at/(width*(steps-k0)), at/width%(steps-k0), at%width
					want := 0.0
					if i += lo + panel*width; i < lines {
						want = element(i, k0+k)
					}
					if v != want {
						t.Fatalf("width %d from line %d, step %d: line %d, step %d is %v, want %v", width, lo, k0, i, k0+k, v, want)
					}
				}
			}
		}
	}
}

// Same says whether two numbers are equal or both NaN.
func Same[T array.Number](a, b T) bool { return a == b || a != a && b != b }

// WantAlike fails unless got and want have the same bits or are both NaN, and nothing
// follows n elements of got.
func WantAlike[T array.Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i, v := range want {
		if !Alike(float64(got[i]), float64(v)) {
			t.Fatalf("%s of %d: element %d: got %v, want %v", what, len(want), i, got[i], v)
		}
	}
	for _, v := range got[len(want):] {
		if v == v {
			t.Fatalf("%s: more than %d elements were written", what, len(want))
		}
	}
}

// FirstBest is the first of the positions whose value is NaN, or else largest.
func FirstBest(at []int, value func(int) float64) int {
	if i := slices.IndexFunc(at, func(i int) bool { return math.IsNaN(value(i)) }); i >= 0 {
		return at[i]
	}
	best := at[0]
	for _, i := range at {
		if value(i) > value(best) {
			best = i
		}
	}
	return best
}

// ULP is the distance of the numbers around x, in a format with so many bits of mantissa.
func ULP(x, least float64, mantissa int) float64 {
	return max(least, math.Ldexp(1, math.Ilogb(x)-mantissa))
}

// Fence is how many elements on each side of an output are watched.
const Fence = 40

// OneIf is 1 if a claim holds, else 0.
func OneIf(claim bool) int {
	if claim {
		return 1
	}
	return 0
}
