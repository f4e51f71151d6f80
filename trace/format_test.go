package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// arange is an array of the numbers from 0 on.
func arange(shape ...int) Value {
	data := make([]int32, trace.TypeOf(trace.Int32, shape...).Size())
	for i := range data {
		data[i] = int32(i)
	}
	return trace.New(data, shape...)
}

func TestFormat(t *testing.T) {
	x := trace.New([]float64{1.0 / 3, -20, 1e9, 0.5}, 2, 2)
	for _, e := range []struct{ got, want string }{
		{fmt.Sprintf("%.3g", x), "[[0.333 -20] [1e+09 0.5]]"},
		{fmt.Sprintf("%6.2f", trace.Scalar(float32(0.5))), "  0.50"},
		{fmt.Sprintf("%+.1f|%s", trace.Scalar(2.0), trace.Scalar(true)), "+2.0|bool[] true"},
		{fmt.Sprintf("%.2v", x), "f64[2 2] [[0.33 -20] [1e+09 0.5]]"},
		{fmt.Sprintf("%+v", struct{ X Value }{trace.Scalar(1.0)}), "{X:f64[] 1}"},
		{fmt.Sprint(trace.Scalar(1.0), Value{}, trace.Unknown(f64(2))), "f64[] 1 absent unknown f64[2]"},
		{fmt.Sprintf("%d %03d %x", arange(3), arange(2), trace.Scalar(int64(255))), "[0 1 2] [000 001] ff"},
		{fmt.Sprintf("%t", trace.New([]bool{true, false})), "[true false]"},
		{fmt.Sprintf("%d", trace.New([]float64{1})), "[%!d(float64=1)]"},
		{fmt.Sprintf("%.3g %d", Value{}, trace.Unknown(f64(2))), "absent unknown f64[2]"},
		{fmt.Sprintf("%T", x), "trace.Value"},
	} {
		wantText(t, e.got, e.want)
	}
}

// Of long axes head and tail are shown, of many axes fewer of each, and never much more
// than 64 elements.
func TestLongArraysPrint(t *testing.T) {
	wantText(t, arange(64).String(), "i32[64] "+strings.ReplaceAll(fmt.Sprint(trace.Data[int32](arange(64))), ",", ""))
	wantText(t, arange(65).String(), "i32[65] [0 1 2 ... 62 63 64]")
	wantText(t, fmt.Sprintf("%02d", arange(100)), "[00 01 02 ... 97 98 99]")
	wantText(t, arange(7, 10).String(), "i32[7 10] [[0 1 2 ... 7 8 9] [10 11 12 ... 17 18 19] [20 21 22 ... 27 28 29] [30 31 32 ... 37 38 39] "+
		"[40 41 42 ... 47 48 49] [50 51 52 ... 57 58 59] [60 61 62 ... 67 68 69]]")
	wantText(t, arange(9, 2, 5, 5).String(), "i32[9 2 5 5] [[[[0 ... 4] ... [20 ... 24]] [[25 ... 29] ... [45 ... 49]]] ... [[[400 ... 404] ... [420 ... 424]] [[425 ... 429] ... [445 ... 449]]]]")
	wantText(t, arange(100, 0).String()[:12], "i32[100 0] [")
	for _, shape := range [][]int{{1000, 1000}, {8, 3, 32, 32}, {1, 1, 1, 70}, {5, 5, 5}, {1 << 20}, {4, 4, 4, 4, 4}, {0, 1 << 40}} {
		v := arange(shape...)
		if n := strings.Count(v.String(), " "); n > 160 {
			t.Errorf("%v prints as %v", v.Type(), v)
		}
	}
}

func TestReadOut(t *testing.T) {
	x := trace.NewGrid([][]float32{{1, 2, 3}, {4, 5, 6}})
	wantText(t, x.String(), "f32[2 3] [[1 2 3] [4 5 6]]")
	wantText(t, trace.NewGrid[int64](nil).String(), "i64[0 0] []")
	wantText(t, trace.NewGrid([][]int64{{}, {}}).String(), "i64[2 0] [[] []]")
	wantText(t, fmt.Sprint(trace.Grid[float32](x)), "[[1 2 3] [4 5 6]]")
	rows := trace.Grid[float32](x)
	rows[0] = append(rows[0], 9) // the rows are apart, and copies
	rows[1][0] = 7
	wantText(t, fmt.Sprint(rows[1], x), "[7 5 6] f32[2 3] [[1 2 3] [4 5 6]]")
	wantText(t, fmt.Sprint(x.At(1, 2), x.At(-2, -1), trace.Scalar(true).At(), arange(3, 4, 5).At(2, -1, 3)), "6 3 1 58")
	if trace.Item[int64](trace.New([]int64{1<<62 + 1}, 1, 1)) != 1<<62+1 || !trace.Item[bool](trace.Scalar(true)) {
		t.Error("an item is another")
	}
}

func TestReadOutErrors(t *testing.T) {
	x := arange(2, 3)
	for want, call := range map[string]func(){
		"i32[2 3] has 6 elements, not one: use Data":                                          func() { trace.Item[int32](x) },
		"the data of i32[] were asked for as f64":                                             func() { trace.Item[float64](trace.Scalar(int32(1))) },
		"the type of an absent value":                                                         func() { trace.Item[float64](Value{}) },
		"the elements of f64[] were asked for, which is a value known by type alone":          func() { trace.Item[float64](trace.Unknown(f64())) },
		"the rows of i32[3] were asked for as a grid, which has 2 axes":                       func() { trace.Grid[int32](arange(3)) },
		"the data of i32[2 3] were asked for as i64":                                          func() { trace.Grid[int64](x) },
		"a grid of rows of different length: row 0 has 2 elements, row 1 has 1":               func() { trace.NewGrid([][]float64{{1, 2}, {3}}) },
		"the element at [1] of i32[2 3] was asked for: give a place along each of its 2 axes": func() { x.At(1) },
		"i32[2 3] has no element at [1 3]: axis 1 has 3, from 0 on, or from -1 on backward":   func() { x.At(1, 3) },
		"i32[2 3] has no element at [-3 0]: axis 0 has 2":                                     func() { x.At(-3, 0) },
		"the elements of f64[2] were asked for, which is a value known by type alone":         func() { trace.Unknown(f64(2)).At(1) },
		"format_test.go:": func() { x.At(1, 3) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// Values print as numbers under the verbs for numbers.
func ExampleValue_Format() {
	loss, w := trace.Scalar(0.12345), trace.New([]float64{0.5, -1.0 / 3})
	fmt.Printf("loss %.3f, weights %.2g\n", loss, w)
	fmt.Printf("%v\n", w)
	// Output:
	// loss 0.123, weights [0.5 -0.33]
	// f64[2] [0.5 -0.3333333333333333]
}

func ExampleGrid() {
	v := trace.NewGrid([][]float64{{1, 2}, {3, 4}})
	for _, row := range trace.Grid[float64](v) {
		fmt.Println(row)
	}
	fmt.Println(v.At(1, 0), trace.Item[int64](trace.Scalar(int64(7))))
	// Output:
	// [1 2]
	// [3 4]
	// 3 7
}
