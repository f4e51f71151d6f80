package fn_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/fft"
	"github.com/pullback-go/pullback/fn/linalg"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// chosen are forms of an operation that only the compiler chooses.
var chosen = []string{"convDifference"}

// Every operation has a text: its type is among Ops. A type with a method Infer is an
// operation, and one with a method At is a function of one number or two.
func TestOpsAreComplete(t *testing.T) {
	for folder, ops := range map[string][]trace.Op{".": fn.Ops(), "random": random.Ops(), "linalg": linalg.Ops(), "fft": fft.Ops()} {
		var names []string // of types, and of the parameters of generic ones
		for _, op := range ops {
			name := strings.NewReplacer("github.com/pullback-go/pullback/fn.", "", "]", "").Replace(fmt.Sprintf("%T", op))
			names = append(names, strings.Split(name[strings.IndexByte(name, '.')+1:], "[")...)
		}
		for _, name := range operationsIn(t, folder) {
			if !slices.Contains(names, name) && !slices.Contains(chosen, name) {
				t.Errorf("%s: %s is an operation, and not in ops.go", folder, name)
			}
		}
	}
}

// operationsIn lists the types in a folder that have a method Infer or At.
func operationsIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && (f.Name.Name == "Infer" || f.Name.Name == "At") {
				if id, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}
