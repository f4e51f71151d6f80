package trace_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asking are the folders whose code may ask an op what it can do.
var asking = map[string]string{
	"trace":      ".",
	"transforms": "../transforms",
	"opt":        "../transforms/internal/opt",
	"exec":       "../transforms/internal/exec",
	"rules":      "../rules",
	"attribute":  "../transforms/attribute",
	"nn":         "../nn",
}

// The table has every capability once, in the order of the file, and says who asks for
// it. What nobody asks for is no capability.
func TestCapabilities(t *testing.T) {
	asked := map[string][]string{}
	for room, dir := range asking {
		for _, f := range parsed(t, dir) {
			for _, name := range assertedIn(f) {
				if !slices.Contains(asked[name], room) {
					asked[name] = append(asked[name], room)
				}
			}
		}
	}
	table, names := capabilityTable(t)
	if want := capabilities(t); !slices.Equal(names, want) {
		t.Errorf("the table has\n%q, capability.go\n%q", names, want)
	}
	for _, name := range names {
		got, want := slices.Sorted(slices.Values(table[name])), slices.Sorted(slices.Values(asked[name]))
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: the table says that %q ask, in the code it is %q", name, got, want)
		}
	}
}

// All interfaces that hold an Op lie in capability.go.
func TestCapabilitiesLieInOneFile(t *testing.T) {
	known := append(capabilities(t), "Op")
	for path, f := range parsed(t, ".") {
		for name, it := range interfacesIn(f) {
			for _, m := range it.Methods.List {
				if id, ok := m.Type.(*ast.Ident); ok && slices.Contains(known, id.Name) && path != "capability.go" {
					t.Errorf("%s: %s belongs into capability.go", path, name)
				}
			}
		}
	}
}

func capabilities(t *testing.T) (names []string) {
	f := parsed(t, ".")["capability.go"]
	all := interfacesIn(f)
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(all[a].Pos() - all[b].Pos()) })
	return names
}

func interfacesIn(f *ast.File) map[string]*ast.InterfaceType {
	out := map[string]*ast.InterfaceType{}
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if it, ok := spec.Type.(*ast.InterfaceType); ok {
				out[spec.Name.Name] = it
			}
		}
		return true
	})
	return out
}

// assertedIn names the types of package trace that values are asserted to be, or that an
// interface of another package is made of. Some functions of trace assert for others.
func assertedIn(f *ast.File) (names []string) {
	add := func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Ident:
			if f.Name.Name == "trace" {
				names = append(names, e.Name)
			}
		case *ast.SelectorExpr:
			if pkg, ok := e.X.(*ast.Ident); ok && pkg.Name == "trace" {
				names = append(names, e.Sel.Name)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeAssertExpr:
			add(n.Type)
		case *ast.SelectorExpr:
			asserts := map[string]string{"IsAlias": "Aliaser", "HasEffect": "Effect"}
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "trace" && asserts[n.Sel.Name] != "" {
				names = append(names, asserts[n.Sel.Name])
			}
		case *ast.CaseClause:
			for _, e := range n.List {
				add(e)
			}
		case *ast.InterfaceType:
			for _, m := range n.Methods.List {
				if f.Name.Name != "trace" && len(m.Names) == 0 {
					add(m.Type)
				}
			}
		}
		return true
	})
	return names
}

// parsed are the files of a folder that are not tests.
func parsed(t *testing.T, dir string) map[string]*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files: %v", dir, err)
	}
	files := map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = f
	}
	return files
}

// capabilityTable is the table of capability.go: who asks for each, and their order.
func capabilityTable(t *testing.T) (askers map[string][]string, names []string) {
	text, err := os.ReadFile("capability.go")
	if err != nil {
		t.Fatal(err)
	}
	askers = map[string][]string{}
	columns := regexp.MustCompile(`(?m)^//\t(\w+) {2,}((?:\w+, )*\w+) {2,}\S`)
	for _, row := range columns.FindAllStringSubmatch(string(text), -1) {
		names = append(names, row[1])
		askers[row[1]] = strings.Split(row[2], ", ")
	}
	return askers, names
}
