package testutil_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The result of trace.Try does not replace an error that its function has set: where both
// are one variable, the error inside is lost.
func TestErrorsInsideOfTryAreKept(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, at := range lostInTry(file) {
			t.Errorf("%v: an error that is set inside of Try is replaced by Try's own", set.Position(at))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	planted, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\nfunc f() (err error) { err = trace.Try(func() { x, err = g() }); return err }", 0)
	if err != nil || len(lostInTry(planted)) != 1 {
		t.Errorf("a planted loss is not found: %v", err)
	}
}

// lostInTry are the places where a function given to Try assigns what Try is assigned to.
func lostInTry(file *ast.File) (places []token.Pos) {
	ast.Inspect(file, func(n ast.Node) bool {
		outer, ok := n.(*ast.AssignStmt)
		if !ok || len(outer.Rhs) != 1 || len(outer.Lhs) != 1 {
			return true
		}
		call, ok := outer.Rhs[0].(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || !isTry(call.Fun) {
			return true
		}
		name, ok := outer.Lhs[0].(*ast.Ident)
		if body, is := call.Args[0].(*ast.FuncLit); ok && is {
			ast.Inspect(body, func(n ast.Node) bool {
				if inner, ok := n.(*ast.AssignStmt); ok && inner.Tok == token.ASSIGN {
					for _, to := range inner.Lhs {
						if id, ok := to.(*ast.Ident); ok && id.Name == name.Name {
							places = append(places, inner.Pos())
						}
					}
				}
				return true
			})
		}
		return true
	})
	return places
}

func isTry(f ast.Expr) bool {
	switch f := f.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name == "Try"
	case *ast.Ident:
		return f.Name == "Try"
	}
	return false
}
