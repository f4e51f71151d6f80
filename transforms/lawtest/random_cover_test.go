package lawtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notDrawn are the exported functions of fn that no random program calls, and why.
var notDrawn = map[string]string{
	"Scalar":          "it is drawn, as an operand",
	"BroadcastShapes": "it computes shapes",
	"Span":            "it is a place",
	"SpanStep":        "it is drawn, as a place",
	"Stacked":         "it consists of Stack",
	"Rows":            "it consists of Index",
	"TopK":            "it has two results; ArgSort and TakeAlong, of which it consists, are drawn",
	"FromMatrix":      "it is of gonum's matrices",
	"Dense":           "it gives a matrix of gonum",
	"VecDense":        "it gives a vector of gonum",
	"Ops":             "it lists operations",
	"MaxPoolIndices":  "it has two results; MaxPool, which is the same operation, is drawn",
}

// Every operation of fn is drawn, and the generator is asked to be told of a new one.
func TestRandomProgramsDrawEveryOperation(t *testing.T) {
	drawn, called := map[string]bool{}, regexp.MustCompile(`\b(fn|random|linalg|fft|transforms)\.(\w+)`)
	for i := range uint64(6000) {
		for _, m := range called.FindAllStringSubmatch(Seeded(3, i).String(), -1) {
			drawn[m[2]] = true
		}
	}
	var names []string
	for _, file := range slices.Concat(goFiles(t, "../../fn"), goFiles(t, "../../fn/random"), goFiles(t, "../../fn/linalg"), goFiles(t, "../../fn/fft")) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				names = append(names, f.Name.Name)
			}
		}
	}
	if len(names) < 100 {
		t.Fatalf("only %d functions were found in fn", len(names))
	}
	for _, name := range append(names, "Cond", "Checkpoint", "Vmap", "Named", "Jit", "Pull", "StopGradient") {
		if !drawn[name] && notDrawn[name] == "" {
			t.Errorf("no random program calls %s: give it a form in random_ops.go, or a reason in notDrawn", name)
		}
	}
	for name := range notDrawn {
		if !strings.Contains(strings.Join(names, " ")+" ", name+" ") {
			t.Errorf("%s is no function of fn", name)
		}
	}
}

// goFiles parses the files of a package but for its tests.
func goFiles(t *testing.T, folder string) []*ast.File {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// A program that is printed computes what it did before it was.
func TestRandomProgramsArePrintedAsGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	var code, want bytes.Buffer
	code.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n\n\t\"github.com/pullback-go/pullback/fn\"\n\t\"github.com/pullback-go/pullback/fn/fft\"\n\t\"github.com/pullback-go/pullback/fn/linalg\"\n\t\"github.com/pullback-go/pullback/fn/random\"\n\t\"github.com/pullback-go/pullback/trace\"\n" +
		"\t\"github.com/pullback-go/pullback/transforms\"\n)\n\nvar _, _, _, _, _, _ = math.NaN, fn.Scalar, fft.FFT, linalg.Inv, random.Key, transforms.Pull[trace.Value, trace.Value]\n\n" + callHelpers)
	code.WriteString("\nfunc main() {\n")
	for i := range uint64(60) {
		p := Seeded(4, i)
		fmt.Fprintf(&code, "{\n%sfmt.Println(f(in))\n}\n", p)
		fmt.Fprintln(&want, p.Results())
	}
	code.WriteString("}\n")
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, code.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command("go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(want.String(), "\n")
	for i := range w {
		if i >= len(g) || g[i] != w[i] {
			t.Fatalf("program %d gives %s, want %s\n%s", i, g[min(i, len(g)-1)], w[i], Seeded(4, uint64(i)))
		}
	}
}
