package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// run is one run of the program.
type run struct {
	timeout time.Duration
	memory  int
	verbose bool
	counts  counts
	// tests lists, for each folder, the packages whose tests look at it, and took how
	// long they take.
	tests map[string][]string
	took  map[string]time.Duration
}

// outcome is what became of a mutant.
type outcome int

const (
	alive outcome = iota
	caught
	late   // out of time or memory
	broken // it does not compile
)

// listed is what go list says of a package.
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	TestGoFiles, XTestGoFiles          []string
}

// prepare finds out which tests look at which folder, and runs them without a mutant:
// what fails then is left out, unless it is the folder's own.
func (r *run) prepare(folders []string) error {
	packages, module, err := list()
	if err != nil {
		return err
	}
	r.tests, r.took = map[string][]string{}, map[string]time.Duration{}
	for _, f := range folders {
		r.tests[f] = testsOf(path.Join(module, f), packages)
	}
	for f, tests := range r.tests {
		for _, p := range tests {
			if err := r.time(p); err != nil && p == tests[0] {
				return err
			} else if err != nil {
				fmt.Printf("left out: %v\n", err)
			}
		}
		r.tests[f] = slices.DeleteFunc(tests, func(p string) bool { return r.took[p] == failing })
	}
	fmt.Fprintf(os.Stderr, "the tests of %d packages pass without a mutant\n", len(r.took))
	for _, tests := range r.tests { // its own come first
		slices.SortStableFunc(tests[1:], func(a, b string) int { return int(r.took[a] - r.took[b]) })
	}
	return nil
}

// failing is the time of tests that fail without a mutant.
const failing = -1

// time runs a package's tests without a mutant, unless that was done.
func (r *run) time(name string) error {
	if _, done := r.took[name]; done {
		return nil
	}
	start := time.Now()
	text, err := r.goTest(name, "", r.timeout)
	r.took[name] = time.Since(start)
	if err != nil {
		r.took[name] = failing
		return fmt.Errorf("%s fails without a mutant:\n%s", name, text)
	}
	return nil
}

func list() (packages []listed, module string, err error) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,TestGoFiles,XTestGoFiles", "./...").Output()
	if err != nil {
		return nil, "", fmt.Errorf("go list: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, "", err
		}
		packages = append(packages, p)
	}
	name, err := exec.Command("go", "list", "-m").Output()
	return packages, strings.TrimSpace(string(name)), err
}

// testsOf lists the package itself and those with tests that import it, but for examples.
func testsOf(name string, packages []listed) []string {
	out := []string{name}
	for _, p := range packages {
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		tests := len(p.TestGoFiles)+len(p.XTestGoFiles) > 0
		if p.ImportPath != name && tests && slices.Contains(imports, name) && !strings.Contains(p.ImportPath, "/examples/") {
			out = append(out, p.ImportPath)
		}
	}
	return out
}

// test runs tests until one catches the mutant, and says which did.
func (r *run) test(m mutant, folder string) (outcome, string, error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return alive, "", err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir)
	if err != nil {
		return alive, "", err
	}
	for _, p := range r.tests[folder] {
		limit := min(r.timeout, 10*r.took[p]+20*time.Second)
		text, err := r.goTest(p, overlay, limit)
		switch {
		case err == nil:
			continue
		case strings.Contains(text, "[build failed]") && p == r.tests[folder][0]:
			return broken, "", nil
		case strings.Contains(text, "test timed out") || strings.Contains(text, "out of memory") || strings.Contains(text, "cannot allocate memory"):
			return late, p, nil
		}
		return caught, p, nil
	}
	return alive, "", nil
}

// goTest runs a package's short tests and returns what they print.
func (r *run) goTest(name, overlay string, limit time.Duration) (string, error) {
	args := []string{"test", "-short", "-failfast", "-count=1", "-vet=off", "-timeout", limit.String()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	limited := fmt.Sprintf(`ulimit -v %d; exec go "$@"`, r.memory<<20)
	out, err := exec.Command("sh", append([]string{"-c", limited, "sh"}, append(args, name)...)...).CombinedOutput()
	return string(out), err
}

// overlay writes the mutated file and the description of it for the go command.
func (m mutant) overlay(dir string) (string, error) {
	mutated := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(mutated, m.text(), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutated}})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, data, 0o600)
}
