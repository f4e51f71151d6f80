package testutil

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Misused is a function, and the name that its errors give it.
type Misused [2]any

// Misuse calls each function with arguments that are absent, of the wrong rank or dtype,
// negative, not numbers, empty, in many combinations, and wants a *trace.Error that names
// it, or a result: never a panic of Go's. The table has every exported function of the
// package in a folder, but those that it leaves out by a nil function; without a folder
// it may have any functions. A name of "" asks for no name.
//
// What the errors say is compared with testdata/messages.golden, or messages_folder.golden
// for a folder below that of the test, or messages_methods.golden without a folder: a page
// of each function with one error of each kind, to be read. The flag -update-messages
// writes it.
func Misuse(t *testing.T, folder string, table map[string]Misused) {
	t.Helper()
	p := page{}
	if folder != "" {
		for _, name := range exported(t, folder) {
			if _, ok := table[name]; !ok {
				t.Errorf("%s is exported, and not in the table of misuse", name)
			}
		}
	}
	rounds := 400
	if testing.Short() {
		rounds = shownRounds
	}
	for name, f := range table {
		if p[name] = nil; f[0] == nil {
			continue
		}
		draw := rand.New(rand.NewPCG(1, uint64(len(name))))
		for i := range rounds {
			if err := misuse(t, name, f, draw); i < shownRounds {
				p.note(t, name, err)
			}
		}
	}
	p.compare(t, folder)
}

// exported lists the exported functions, without methods, of the package in a folder.
func exported(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), folder+"/"+e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

func misuse(t *testing.T, name string, f Misused, draw *rand.Rand) (err error) {
	t.Helper()
	v := reflect.ValueOf(f[0])
	args := make([]reflect.Value, v.Type().NumIn())
	for i := range args {
		args[i] = wrong(v.Type().In(i), draw)
	}
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s(%v): %v", name, args, r)
		}
	}()
	err = trace.Try(func() {
		if v.Type().IsVariadic() {
			v.CallSlice(args)
			return
		}
		v.Call(args)
	})
	if err != nil && !strings.Contains(err.Error(), f[1].(string)) {
		t.Errorf("%s(%v) is not named %q: %v", name, args, f[1], err)
	}
	return err
}

// wrong draws an argument of a Go type that is seldom right.
func wrong(t reflect.Type, draw *rand.Rand) reflect.Value {
	switch t {
	case reflect.TypeFor[trace.Value]():
		return reflect.ValueOf(pick(draw, wrongValues()))
	case reflect.TypeFor[trace.DType]():
		return reflect.ValueOf(pick(draw, []trace.DType{trace.Invalid, trace.Bool, trace.Uint8, trace.Int32, trace.Float16, trace.Float32, trace.Float64, 99}))
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(pick(draw, []int64{math.MinInt, -7, -2, -1, 0, 1, 2, 3, 5}))
	case reflect.Float64:
		v.SetFloat(pick(draw, []float64{math.NaN(), math.Inf(-1), -1, 0, 0.5, 2, 1e300, math.Inf(1)}))
	case reflect.Uint8:
		v.SetUint(uint64(draw.IntN(6)))
	case reflect.Bool:
		v.SetBool(draw.IntN(2) == 0)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, draw.IntN(4), 4))
		for i := range v.Len() {
			v.Index(i).Set(wrong(t.Elem(), draw))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if draw.IntN(2) == 0 {
				v.Field(i).Set(wrong(t.Field(i).Type, draw))
			}
		}
	}
	return v
}

// wrongValues are values of several dtypes and ranks, an absent one and empty ones among
// them.
func wrongValues() []Value {
	floats := []float64{1, -2, 0.5, math.NaN(), 3, math.Inf(1)}
	return []Value{{}, {}, trace.Scalar(1.5), trace.Weak(0.5), trace.Weak(2), trace.New(floats, 2, 3), trace.New(floats, 1, 2, 3), trace.New(floats, 6),
		trace.New(floats, 1, 1, 2, 3), trace.New([]float64{}, 0, 3), trace.New([]float32{1, 2, 3}, 3), trace.New([]float32{1, 2}, 1, 1, 2),
		trace.Scalar(int64(2)), trace.New([]int64{0, 5, -1}, 3), trace.New([]int32{1, 0}, 2, 1), trace.New([]uint8{2, 255, 0}, 3), trace.New([]trace.F16{trace.ToF16(1), trace.ToF16(-2)}, 2), trace.New([]bool{true, false}, 2), trace.Scalar(true)}
}

func pick[E any](draw *rand.Rand, from []E) E { return from[draw.IntN(len(from))] }
