//go:build !purego

package fn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
	"golang.org/x/sys/cpu"
)

// needVectors skips a test on a processor without the vector instructions that the faster
// forms of convolutions need.
func needVectors(t *testing.T) {
	t.Helper()
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		t.Skip("needs AVX2 and FMA")
	}
}

// formOf names the form that is chosen for an operation.
func formOf(op trace.Alternative, in []trace.Type, relative bool) string {
	made, ok := op.Alternative(in, relative)
	if !ok {
		return "itself"
	}
	text := trace.Describe(made)
	switch _, form, _ := strings.Cut(text, "} "); form {
	case "by F(2×2, 3×3)":
		return "small tiles"
	case "by F(4×4, 3×3)":
		return "large tiles"
	case "of small planes":
		return "small planes"
	}
	return text
}

func TestFormsOfConvolutions(t *testing.T) {
	needVectors(t)
	transposed := planar.towardsInput([]int{1, 1, 28, 28})
	tests := []struct {
		op               trace.Alternative
		in               []trace.Type
		free, scrutinize string
	}{
		{planar, square3x3(trace.Float32, 1, 32, 28), "large tiles", "small tiles"},
		{planar, square3x3(trace.Float32, 1, 32, 14), "small tiles", "small tiles"},
		{planar, square3x3(trace.Float32, 1, 8, 6), "small planes", "small planes"},
		{planar, square3x3(trace.Float64, 1, 8, 6), "small planes", "small planes"},
		{planar, square3x3(trace.Float64, 1, 128, 28), "itself", "itself"}, // too much work for small planes
		{transposed, square3x3(trace.Float32, 1, 32, 28), "large tiles", "small tiles"},
		{planar.towardsInput([]int{1, 1, 6, 6}), square3x3(trace.Float32, 1, 8, 6), "small planes", "small planes"},
		{convTranspose{transposed}, square3x3(trace.Float32, 1, 32, 28), "large tiles", "small tiles"},
		{planar, []trace.Type{typed(trace.Float32, 1, 8, 6, 6), typed(trace.Float32, 8, 7, 3, 3)}, "itself", "itself"}, // no convolution at all
		{transposed, []trace.Type{typed(trace.Float32, 1, 8, 6, 6), typed(trace.Float64, 8, 8, 3, 3)}, "itself", "itself"},
	}
	for _, test := range tests {
		if free, relative := formOf(test.op, test.in, false), formOf(test.op, test.in, true); free != test.free || relative != test.scrutinize {
			t.Errorf("%s of %v: got %s, relative %s, want %s, %s", trace.Describe(test.op), test.in, free, relative, test.free, test.scrutinize)
		}
	}
}

// In any form, an operation prints its name, costs the same, and computes the same for
// any number of images.
func TestFormsComputeTheSame(t *testing.T) {
	needVectors(t)
	grouped := conv{[]int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}, 2}
	tests := []struct {
		op interface {
			trace.Alternative
			trace.Costed
		}
		x, w []int
	}{
		{planar, []int{1, 32, 28, 28}, []int{32, 32, 3, 3}}, {planar, []int{2, 32, 14, 13}, []int{36, 32, 3, 3}},
		{planar.towardsInput([]int{1, 1, 14, 14}), []int{1, 36, 14, 14}, []int{36, 32, 3, 3}},
		{planar, []int{1, 3, 7, 5}, []int{4, 3, 3, 3}}, {grouped, []int{2, 4, 7, 5}, []int{6, 2, 3, 3}},
		{planar.towardsInput([]int{1, 1, 5, 6}), []int{2, 4, 5, 6}, []int{4, 3, 3, 3}},
	}
	for _, test := range tests {
		for _, d := range floatTypes {
			for _, relative := range []bool{false, true} {
				x, w := Cast(waves(1, test.x...), d), Cast(waves(2, test.w...), d)
				made, ok := test.op.Alternative([]trace.Type{x.Type(), w.Type()}, relative)
				if !ok {
					if d == trace.Float32 {
						t.Errorf("%s of %v has no other form", trace.Describe(test.op), x.Type())
					}
					continue
				}
				if !strings.HasPrefix(fmt.Sprint(made), trace.Describe(test.op)+" ") || made.Name() != test.op.Name() {
					t.Errorf("%s has the form %v, named %s", trace.Describe(test.op), made, made.Name())
				}
				if got, want := made.(trace.Costed).FLOPs([]trace.Type{x.Type(), w.Type()}), test.op.FLOPs([]trace.Type{x.Type(), w.Type()}); got != want {
					t.Errorf("%v costs %d, want %d", made, got, want)
				}
				more := Concat(0, x, Neg(x), x)
				for _, images := range []trace.Value{x, more} {
					wide := []trace.Value{Cast(images, trace.Float64), Cast(w, trace.Float64)}
					want := trace.Bind1(test.op, wide...).Float64s()
					tol := map[trace.DType]float64{trace.Float32: 1e-5, trace.Float64: 1e-13}[d]
					wantClose(t, fmt.Sprint(made, images.Type()), trace.Bind1(made, images, w).Float64s(), want, tol)
				}
			}
		}
	}
}
