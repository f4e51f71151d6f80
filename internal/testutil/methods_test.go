package testutil

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// together are the folders in which what a type can do stands beside the type: whoever
// reads an op reads one file.
var together = []string{"fn", "transforms", "transforms/internal/exec", "transforms/internal/opt", "transforms/attribute", "rules", "rules/heatmap", "nn", "nn/safetensors", "nn/vision"}

// TestMethodsLieBesideTheirType allows one method in twenty to lie in another file than
// its type, as what several types share may.
func TestMethodsLieBesideTheirType(t *testing.T) {
	for _, folder := range together {
		all, away := methodsOf(t, filepath.Join("..", "..", folder))
		if share := float64(len(away)) / float64(all); share > 0.05 {
			t.Errorf("%s: %d of %d methods (%.0f %%) lie away from their type:\n%s", folder, len(away), all, 100*share, strings.Join(away, "\n"))
		}
	}
}

func TestMethodsAwayAreFound(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.go":      "package p\n\ntype a struct{}\ntype b[T any] struct{}\ntype c[T, U any] struct{}\n\nfunc (a) A() {}\nfunc f() {}\n",
		"b.go":      "package p\n\nfunc (a) B() {}\nfunc (*b[T]) B() {}\nfunc (c[T, U]) B() {}\n",
		"b_test.go": "package p\n\nfunc (a) C() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, away := methodsOf(t, dir)
	if all != 4 || strings.Join(away, ", ") != "b.go: a.B, b.go: b.B, b.go: c.B" {
		t.Errorf("got %d methods, away are %q", all, away)
	}
}

// methodsOf counts the methods of a folder and names those in another file than their
// type.
func methodsOf(t *testing.T, dir string) (all int, away []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files: %v", dir, err)
	}
	typeIn := map[string]string{}
	var methods []*ast.FuncDecl
	var in []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						typeIn[s.Name.Name] = file
					}
				}
			case *ast.FuncDecl:
				if d.Recv != nil {
					methods, in = append(methods, d), append(in, file)
				}
			}
		}
	}
	for i, m := range methods {
		if name := receiver(m.Recv.List[0].Type); typeIn[name] != in[i] {
			away = append(away, filepath.Base(in[i])+": "+name+"."+m.Name.Name)
		}
	}
	return len(methods), away
}

// receiver is the name of a method's type, without star and type parameters.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
