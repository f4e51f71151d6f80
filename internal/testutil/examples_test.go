package testutil_test

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

// withoutExample are functions that need no example of their own, and why.
var withoutExample = map[string]string{
	"transforms.Foremost": "it is for composites: rules/first.go uses it",
	"Ops":                 "it is for reading programs, of which transforms has an Example",
}

// Every transform has an Example, and so has every family of functions of fn and its
// rooms, every optimizer and every kind of layer.
func TestExamples(t *testing.T) {
	transforms := examplesOf(t, "transforms")
	for _, name := range exportedOf(t, "transforms") {
		if !transforms[name] && withoutExample["transforms."+name] == "" {
			t.Errorf("transforms.%s has no Example", name)
		}
	}
	for _, room := range []string{"fn", "fn/random", "fn/linalg", "fn/fft", "nn/optim"} {
		examples := examplesOf(t, room)
		for family, names := range familiesOf(t, room) {
			if !slices.ContainsFunc(names, func(name string) bool { return examples[name] || withoutExample[name] != "" }) {
				t.Errorf("%s: no function of the family %q has an Example: %v", room, family, names)
			}
		}
	}
	layers := examplesOf(t, "nn")
	for _, name := range exportedOf(t, "nn") {
		if layer, ok := strings.CutPrefix(name, "New"); ok && !layers[name] && !layers[layer] {
			t.Errorf("nn.%s has no Example", name)
		}
	}
	if n := len(examplesOf(t, "trace")); n < 3 {
		t.Errorf("trace has %d Examples, want 3", n)
	}
}

// parsed are the files of a package of the module, of which tests are those of tests.
func parsed(t *testing.T, folder string, tests bool) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") != tests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func functionsIn(files []*ast.File) (names []string) {
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		}
	}
	return names
}

// examplesOf are the names that Examples of a package are of.
func examplesOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, name := range functionsIn(parsed(t, folder, true)) {
		if of, ok := strings.CutPrefix(name, "Example"); ok {
			of, _, _ = strings.Cut(of, "_")
			out[of] = true
		}
	}
	return out
}

func exportedOf(t *testing.T, folder string) []string {
	t.Helper()
	return slices.DeleteFunc(functionsIn(parsed(t, folder, false)), func(name string) bool { return !ast.IsExported(name) })
}

// familiesOf are the families that the page of a package lists: a line that ends in a
// colon, and the names below it; or a line of a name and a list of links.
func familiesOf(t *testing.T, folder string) map[string][]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(folder), "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	families, family, inside := map[string][]string{}, "", false
	for _, line := range strings.Split(string(page), "\n") {
		line = strings.TrimPrefix(line, "//")
		inside = inside || strings.HasPrefix(line, " # Families")
		switch {
		case !inside:
		case strings.HasPrefix(line, "\t"):
			families[family] = append(families[family], strings.Fields(line)...)
		case strings.Contains(line, "["):
			for _, m := range regexp.MustCompile(`\[([A-Z]\w*)\]`).FindAllStringSubmatch(line, -1) {
				if head, _, ok := strings.Cut(line, ":"); ok {
					family = head
				}
				families[family] = append(families[family], m[1])
			}
		case strings.HasSuffix(line, ":"):
			family = strings.TrimSuffix(strings.TrimSpace(line), ":")
		}
	}
	if len(families) == 0 {
		t.Fatalf("no families in %s", folder)
	}
	return families
}
