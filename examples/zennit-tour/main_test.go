package main

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"image/gif"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/rules/heatmap"
)

var update = flag.Bool("update", false, "write testdata/tour.golden: go test ./examples/zennit-tour -args -update")

// The tour prints what testdata says, and leaves the pictures that it speaks of.
func TestTour(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	o, err := parse([]string{"-o", dir}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, o); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "tour.golden")
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	sameLines(t, out.String(), string(want))
	pictures := regexp.MustCompile(`wrote (\S+),`).FindAllStringSubmatch(out.String(), -1)
	if len(pictures) < 8 {
		t.Errorf("%d pictures, want at least 8", len(pictures))
	}
	for _, p := range pictures {
		if _, err := heatmap.Read(filepath.Join(dir, p[1])); err != nil {
			t.Error(err)
		}
	}
	frames(t, filepath.Join(dir, "smoothgrad.gif"))
}

// sameLines reports the first line that differs.
func sameLines(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d: got\n%s\nwant\n%s\nif that is right: go test ./examples/zennit-tour -args -update", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%d lines, want %d", len(g), len(w))
	}
}

func frames(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := gif.DecodeAll(f)
	if err != nil || len(g.Image) != 7 {
		t.Errorf("want an animation of 7 frames, got %v with error %v", g, err)
	}
}

// Each piece runs alone, into a folder that it makes.
func TestPieceAlone(t *testing.T) {
	for _, p := range pieces() {
		o, err := parse([]string{"-piece", p.name, "-o", t.TempDir()}, io.Discard)
		if err != nil || len(o.pieces) != 1 || o.pieces[0].name != p.name {
			t.Fatalf("-piece %s: %v, %d pieces", p.name, err, len(o.pieces))
		}
		if p.title == "" || p.about[0] == "" || p.about[1] == "" || p.zennit == "" || p.here == "" {
			t.Errorf("%s: a text is missing", p.name)
		}
	}
	var out bytes.Buffer
	o, _ := parse([]string{"-piece", "rules", "-o", t.TempDir()}, io.Discard)
	if err := run(&out, o); err != nil || !strings.Contains(out.String(), "0.8 0.2 0 ") || strings.Contains(out.String(), "start:") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestList(t *testing.T) {
	o, err := parse([]string{"-list"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, o); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range pieces() {
		if seen[p.name] || !strings.Contains(out.String(), p.title) {
			t.Errorf("%s is listed twice or not at all:\n%s", p.name, out.String())
		}
		seen[p.name] = true
	}
}

// The table has three columns, at the same place in each line, and is that of the
// package's documentation.
func TestTable(t *testing.T) {
	o, err := parse([]string{"-table"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, o); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	first, second := strings.Index(lines[0], " |"), strings.LastIndex(lines[0], " |")
	for _, line := range lines {
		if len(line) < second+2 || line[first:first+2] != " |" || line[second:second+2] != " |" {
			t.Errorf("columns of %q do not end at %d and %d", line, first, second)
		}
	}
	for _, row := range []string{"composite.inactive()", "create_graph=True", "ResNetCanonizer", "Occlusion(", "palette_swap.py", "COMPOSITES["} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("the table has nothing on %s", row)
		}
	}
}

// Whatever the table and the pieces say to write exists.
func TestNamesExist(t *testing.T) {
	text := table()
	for _, p := range pieces() {
		text += p.here
	}
	exported := map[string]map[string]bool{
		"rules": names(t, "rules"), "heatmap": names(t, "rules/heatmap"), "transforms": names(t, "transforms"), "nn": names(t, "nn"),
		"attribute": names(t, "transforms/attribute"), "fn": names(t, "fn"), "trace": names(t, "trace"),
	}
	mentioned := regexp.MustCompile(`\b(rules|heatmap|transforms|attribute|fn|nn|trace)\.([A-Z]\w*)`).FindAllStringSubmatch(text, -1)
	if len(mentioned) < 100 {
		t.Errorf("only %d names", len(mentioned))
	}
	for _, m := range mentioned {
		if !exported[m[1]][m[2]] {
			t.Errorf("there is no %s", m[0])
		}
	}
}

// names returns the names that the files of a package declare at the top.
func names(t *testing.T, dir string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v, %d files", dir, err, len(paths))
	}
	found := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			declared(d, found)
		}
	}
	return found
}

func declared(d ast.Decl, found map[string]bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			found[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				found[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range s.Names {
					found[n.Name] = true
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"stray"}, `unexpected argument "stray"`},
		{[]string{"-piece", "ruels"}, `-piece "ruels": want one of start, rules, `},
		{[]string{"-list", "-table"}, "-list, -table and -piece exclude each other: give one of them"},
		{[]string{"-table", "-piece", "rules"}, "-list, -table and -piece exclude each other: give one of them"},
		{[]string{"-fast"}, "flag provided but not defined: -fast"},
		{[]string{"-o", filepath.Join(file, "below")}, "-o: "},
	} {
		o, err := parse(c.args, io.Discard)
		if err == nil {
			err = run(io.Discard, o)
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: got %v, want one line with %q", c.args, err, c.want)
		}
	}
}

// What a piece cannot do is an error that names it, misuse of the library too.
func TestPieceErrors(t *testing.T) {
	p := start()
	if err := p.show(io.Discard, filepath.Join(t.TempDir(), "none")); err == nil || !strings.HasPrefix(err.Error(), "start: ") {
		t.Errorf("without a folder: %v", err)
	}
	p.run = func(io.Writer, string) error { return agree("rows", row(1, 2), row(1, 2.5)) }
	if err := p.show(io.Discard, ""); err == nil || err.Error() != "start: rows: differ by 0.5" {
		t.Errorf("got %v", err)
	}
	p.run = func(io.Writer, string) error { return agree("rows", row(1, 2, 3), row(1, 2)) }
	if err := p.show(io.Discard, ""); err == nil || !strings.HasPrefix(err.Error(), "start: ") {
		t.Errorf("misuse: %v", err)
	}
}
