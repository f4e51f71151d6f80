package testutil

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const module = "github.com/pullback-go/pullback"

// layout says which folders hold packages, and what of the module each may import. A
// folder that is not here is unknown; a name that ends in /... stands for all folders
// below it.
var layout = map[string][]string{
	"trace":                    {"internal/kernel/half", "internal/kernel/elementwise"},
	"internal/spelling":        {},
	"rules/heatmap":            {"internal/spelling"},
	"fn":                       {"trace", "internal/kernel/..."},
	"fn/...":                   {"trace", "fn", "fn/linalg", "internal/kernel/..."},
	"transforms/internal/opt":  {"trace"},
	"transforms/internal/exec": {"trace", "internal/kernel/..."},
	"transforms":               {"trace", "fn", "fn/...", "transforms/internal/..."},
	"transforms/attribute":     {"trace", "fn", "fn/...", "transforms"},
	"transforms/check":         {"trace", "fn", "transforms"},
	"transforms/integrate":     {"trace", "fn", "transforms"},
	"rules":                    {"trace", "fn", "fn/...", "transforms", "internal/spelling"},
	"nn":                       {"trace", "fn", "fn/...", "transforms"},
	"nn/safetensors":           {"trace", "internal/spelling"},
	"nn/onnx":                  {"trace", "fn", "fn/...", "transforms", "nn", "nn/safetensors", "internal/spelling"},
	"nn/vision":                {"trace", "fn", "fn/...", "transforms", "nn", "nn/safetensors", "internal/spelling"},
	"nn/optim":                 {"trace", "fn", "fn/...", "transforms", "nn", "nn/safetensors"},
	"internal/testutil/mutate": {},
	"transforms/lawtest":       {"trace", "fn", "fn/...", "transforms"},
	"internal/testutil":        {"trace", "fn", "fn/...", "transforms", "transforms/lawtest", "nn/safetensors"},
	"examples/...":             {"..."},

	"internal/kernel":             {},
	"internal/kernel/cpu":         {},
	"internal/kernel/array":       {},
	"internal/kernel/parallel":    {"internal/kernel/array"},
	"internal/kernel/scratch":     {"internal/kernel/array"},
	"internal/kernel/elementwise": {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch"},
	"internal/kernel/half":        {"internal/kernel/parallel"},
	"internal/kernel/layout":      {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise"},
	"internal/kernel/random":      {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise"},
	"internal/kernel/pool":        {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise"},
	"internal/kernel/gemm":        {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise", "internal/kernel/layout"},
	"internal/kernel/conv":        {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise", "internal/kernel/layout", "internal/kernel/gemm"},
	"internal/kernel/winograd":    {"internal/kernel/cpu", "internal/kernel/array", "internal/kernel/parallel", "internal/kernel/scratch", "internal/kernel/elementwise", "internal/kernel/layout", "internal/kernel/gemm", "internal/kernel/conv"},
	"internal/kernel/kerneltest":  {"internal/kernel/cpu", "internal/kernel/array"},
}

// forTests are imported by tests alone, and by each other. They import much of the module
// themselves, so a test in the package under test cannot import them.
var forTests = []string{"internal/testutil", "transforms/lawtest"}

// source is a Go file of the module.
type source struct {
	path    string // from the module's root, with slashes
	pkg     string
	imports []string // those of the module, without its path
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// matches reports whether a folder is the one named, or below a name that ends in /...
func matches(name, folder string) bool {
	below, ok := strings.CutSuffix(name, "...")
	return name == folder || ok && strings.HasPrefix(folder, below)
}

// faults lists what in the sources is against the layout.
func faults(sources []source) []string {
	var out []string
	for _, s := range sources {
		folder := path.Dir(s.path)
		allowed, known := allowedIn(folder)
		if !known {
			out = append(out, s.path+" is in the unknown folder "+folder+": every folder of packages is in the layout")
			continue
		}
		for _, i := range s.imports {
			may := slices.ContainsFunc(allowed, func(a string) bool { return matches(a, i) })
			if !s.test() && !may {
				out = append(out, s.path+" imports "+i+": "+folder+" may import "+strings.Join(allowed, ", "))
			}
			if s.test() && !may && slices.Contains(forTests, i) && !strings.HasSuffix(s.pkg, "_test") {
				out = append(out, s.path+" imports "+i+" from package "+s.pkg+": only external tests may, package "+s.pkg+"_test")
			}
		}
	}
	return out
}

func allowedIn(folder string) (allowed []string, known bool) {
	for name, may := range layout {
		if matches(name, folder) {
			return may, true
		}
	}
	return nil, false
}

func TestLayout(t *testing.T) {
	sources := readModule(t, "../..")
	if len(sources) < 50 {
		t.Fatalf("only %d Go files were found", len(sources))
	}
	for _, f := range faults(sources) {
		t.Error(f)
	}
}

func readModule(t *testing.T, root string) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != root {
			return enter(file, d.Name())
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		s, err := readSource(root, file)
		out = append(out, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// enter skips the folders that the go command skips: data, hidden ones and other modules.
func enter(folder, name string) error {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	if err == nil || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return fs.SkipDir
	}
	return nil
}

func readSource(root, file string) (source, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return source{}, err
	}
	rel, err := filepath.Rel(root, file)
	if err != nil {
		return source{}, err
	}
	s := source{path: filepath.ToSlash(rel), pkg: f.Name.Name}
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return source{}, err
		}
		if rest, ok := strings.CutPrefix(name, module+"/"); ok {
			s.imports = append(s.imports, rest)
		}
	}
	return s, nil
}

func TestLayoutFindsFaults(t *testing.T) {
	tests := []struct {
		source source
		want   string
	}{
		{source{"fn/arith.go", "fn", []string{"trace", "internal/kernel/gemm"}}, ""},
		{source{"internal/kernel/gemm/mul.go", "gemm", []string{"internal/kernel/layout"}}, ""},
		{source{"internal/kernel/pool/max.go", "pool", []string{"internal/kernel/gemm"}}, "internal/kernel/pool/max.go imports internal/kernel/gemm: internal/kernel/pool may import internal/kernel/cpu, internal/kernel/array, internal/kernel/parallel, internal/kernel/scratch, internal/kernel/elementwise"},
		{source{"fn/arith.go", "fn", []string{"transforms"}}, "fn/arith.go imports transforms: fn may import trace, internal/kernel/..."},
		{source{"rules/gamma.go", "rules", []string{"nn"}}, "rules/gamma.go imports nn: rules may import trace, fn, fn/..., transforms, internal/spelling"},
		{source{"transforms/jit.go", "transforms", []string{"transforms/internal/opt"}}, ""},
		{source{"transforms/jit.go", "transforms", []string{"transforms/internalise"}}, "transforms/jit.go imports transforms/internalise: transforms may import trace, fn, fn/..., transforms/internal/..."},
		{source{"examples/first/main.go", "main", []string{"rules", "nn/onnx"}}, ""},
		{source{"nn/vision/vgg.go", "vision", []string{"examples/first"}}, "nn/vision/vgg.go imports examples/first: nn/vision may import trace, fn, fn/..., transforms, nn, nn/safetensors, internal/spelling"},
		{source{"util/x.go", "util", nil}, "util/x.go is in the unknown folder util: every folder of packages is in the layout"},
		{source{"x.go", "pullback", nil}, "x.go is in the unknown folder .: every folder of packages is in the layout"},
		{source{"fn/x_test.go", "fn_test", []string{"internal/testutil", "transforms"}}, ""},
		{source{"fn/x_test.go", "fn_test", []string{"transforms/lawtest"}}, ""},
		{source{"fn/x_test.go", "fn", []string{"transforms/lawtest"}}, "fn/x_test.go imports transforms/lawtest from package fn: only external tests may, package fn_test"},
		{source{"rules/x.go", "rules", []string{"transforms/lawtest"}}, "rules/x.go imports transforms/lawtest: rules may import trace, fn, fn/..., transforms, internal/spelling"},
		{source{"transforms/lawtest/x.go", "lawtest", []string{"rules"}}, "transforms/lawtest/x.go imports rules: transforms/lawtest may import trace, fn, fn/..., transforms"},
		{source{"internal/testutil/x_test.go", "testutil", []string{"transforms/lawtest"}}, ""},
		{source{"fn/x_test.go", "fn", []string{"internal/testutil"}}, "fn/x_test.go imports internal/testutil from package fn: only external tests may, package fn_test"},
	}
	for _, tt := range tests {
		if got := strings.Join(faults([]source{tt.source}), "\n"); got != tt.want {
			t.Errorf("%v:\ngot  %q\nwant %q", tt.source, got, tt.want)
		}
	}
}

// A comment is read in lines of at most 110 columns, with tabs of 4: prose is wrapped at
// 90, and what cannot be wrapped, code and what an Example prints, is left out.
func TestCommentsAreNarrow(t *testing.T) {
	for _, s := range readModule(t, "../..") {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(s.path)))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range wideComments(string(text)) {
			t.Errorf("%s:%d: the comment is wider than 110 columns: wrap it at 90", s.path, n)
		}
	}
}

// wideComments are the numbers of lines.
func wideComments(text string) (wide []int) {
	printed := false // by an Example
	for i, line := range strings.Split(text, "\n") {
		comment := strings.TrimLeft(line, "\t")
		isComment := strings.HasPrefix(comment, "//") && !strings.HasPrefix(comment, "//go:")
		printed = strings.HasPrefix(comment, "//") && (printed || comment == "// Output:" || comment == "// Unordered output:")
		if width := utf8.RuneCountInString(comment) + 4*(len(line)-len(comment)); isComment && !printed && width > 110 {
			wide = append(wide, i+1)
		}
	}
	return wide
}

func TestWideCommentsAreFound(t *testing.T) {
	x := strings.Repeat("x", 107)
	text := "// " + x + "\n// x" + x + "\n//\tcode " + x + "\n\t// " + x + "\n\t// Output:\n\t// " + x + "\n}\n// é" + x[1:] + "\n\t// " + x[:103] + "\n"
	if got := wideComments(text); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("got lines %v", got)
	}
}

// One file of the module calls the list of passes and makes plans: what is compiled for
// a jitted function, for the budget of a batch and in a loop is compiled in one way.
func TestOneCompiler(t *testing.T) {
	const only = "transforms/compile.go"
	found := false
	for _, s := range readModule(t, "../..") {
		if s.test() || strings.HasPrefix(s.path, "transforms/internal/") || !slices.Contains(s.imports, "transforms/internal/exec") && !slices.Contains(s.imports, "transforms/internal/opt") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"opt.Optimize(", "opt.Passes", "exec.New(", ".plan.Run("} {
			if uses := strings.Contains(string(text), call); uses && s.path != only {
				t.Errorf("%s has %s: compile by the function of %s", s.path, call, only)
			} else if uses {
				found = true
			}
		}
	}
	if !found {
		t.Errorf("%s compiles nothing", only)
	}
}
