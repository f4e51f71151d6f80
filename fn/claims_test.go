package fn_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	gomaps "maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

var updateClaims = flag.Bool("update-claims", false, "write testdata/claims.golden")

// rooms are the folders of the operations: this one and those below it.
var rooms = []string{".", "random", "linalg", "fft"}

func packageOf(room string) string {
	if room == "." {
		return "fn"
	}
	return room
}

// claimed holds up to four applications of each operation of fn, by the name of its Go
// type. They come from random programs and their derivatives. Those that need larger
// operands than a random program has are added.
var claimed = sync.OnceValue(func() map[string][]testutil.Instance {
	all := testutil.Instances(5, 1000, 4)
	gomaps.DeleteFunc(all, func(name string, _ []testutil.Instance) bool {
		pkg, _, _ := strings.Cut(name, ".")
		return !slices.ContainsFunc(rooms, func(room string) bool { return packageOf(room) == pkg })
	})
	array := func(d trace.DType, shape ...int) trace.Value {
		return lawtest.Normal().Value(lawtest.Rand(fmt.Sprint(shape)), trace.TypeOf(d, shape...))
	}
	conv := func(c fn.ConvConfig) func(in []trace.Value) []trace.Value {
		return func(in []trace.Value) []trace.Value { return []trace.Value{fn.Conv(in[0], in[1], c)} }
	}
	padded := fn.ConvConfig{Padding: []int{1, 1}}
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		testutil.Collect(all, conv(padded), array(d, 2, 16, 12, 12), array(d, 8, 16, 3, 3))                         // by tiles, and as a rest
		testutil.Collect(all, conv(fn.ConvConfig{Stride: []int{2, 2}}), array(d, 2, 3, 9, 9), array(d, 4, 3, 3, 3)) // of small planes
		testutil.Collect(all, func(in []trace.Value) []trace.Value {
			return []trace.Value{fn.ConvTranspose(in[0], in[1], fn.ConvTransposeConfig{Padding: []int{1, 1}})}
		}, array(d, 2, 8, 12, 12), array(d, 8, 16, 3, 3))
	}
	testutil.Collect(all, func(in []trace.Value) []trace.Value {
		return []trace.Value{fn.OneHot(in[0], 4, trace.Float32), fn.OneHot(in[0], 4, trace.Bool)}
	}, trace.New([]int64{3, 0, 1, 1}, 2, 2))
	return all
})

// Operations have the capabilities that they claim through the optional interfaces of
// trace.
func TestClaims(t *testing.T) {
	for name, instances := range claimed() {
		t.Run(name, func(t *testing.T) {
			for n, i := range instances {
				if n < 1 || !testing.Short() {
					lawtest.Claims(t, i.Op, i.In...)
				}
			}
		})
	}
}

// unclaimed lists the types of fn that random programs do not have, with the reason.
var unclaimed = map[string]string{
	"winograd":       "a form of convolution; the claims of that are held there",
	"smallConv":      "a form of convolution; the claims of that are held there",
	"addOnto":        "what an operation that adds to zeros becomes; its claims are held there",
	"whole":          "a weak scalar that is traced, beside integers; random programs have none",
	"convDifference": "what is left of a convolution; the claims of that are held there",
}

// Every operation of fn is in the table of claims, so a new or forgotten claim shows
// there.
func TestClaimsAreListed(t *testing.T) {
	all := claimed()
	var b strings.Builder
	for _, name := range slices.Sorted(gomaps.Keys(all)) {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(lawtest.ClaimsOf(all[name][0].Op), " "))
	}
	got, file := b.String(), "testdata/claims.golden"
	if *updateClaims {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range lineDifferences(got, string(want)) {
		t.Errorf("%s; if that is meant: go test ./fn -run Claims -update-claims", d)
	}
	for _, room := range rooms {
		for _, name := range operationsOf(t, room) {
			full := packageOf(room) + "." + name
			if unclaimed[name] == "" && !strings.Contains(got, full+":") && !strings.Contains(got, full+"[") && !strings.Contains(got, full+"]") {
				t.Errorf("%s is in no random program or derivative: its claims are not looked at", full)
			}
		}
	}
}

func lineDifferences(got, want string) []string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for _, line := range g {
		if !slices.Contains(w, line) {
			out = append(out, "now: "+line)
		}
	}
	for _, line := range w {
		if !slices.Contains(g, line) {
			out = append(out, "before: "+line)
		}
	}
	return out
}

// operationsOf lists the types with a method Eval, and the functions of elementwise
// operations, which have a method Deriv.
func operationsOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv != nil && (d.Name.Name == "Eval" || d.Name.Name == "Deriv") {
				found[receiver(d.Recv.List[0].Type)] = true
			}
		}
	}
	delete(found, "unary") // it has its function's name
	return slices.Sorted(gomaps.Keys(found))
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
