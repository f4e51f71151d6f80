package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `package p

import "fmt"

func f(a, b int) (int, error) {
	if a < b {
		return g(a, b), fmt.Errorf("%d", 1+2)
	}
	for i := 0; i < 3; i++ {
		if !ok(i) {
			continue
		}
		a += -b
	}
	s[a] = true
	return len(s[:b]), nil
}
`

// Every kind of change is planted, and none in the text of an error.
func TestPlant(t *testing.T) {
	mutants, err := plantIn("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, m := range mutants {
		got[m.before+" → "+m.after] = true
		if strings.Count(string(m.text()), "\n") > strings.Count(sample, "\n") {
			t.Errorf("%s adds lines", m)
		}
	}
	for _, want := range []string{
		"a < b → !(a < b)", "< → <=", "< → >=", "a, b → b, a", "g(a, b) → *new(int)", "3 → 4", "3 → 2", "++ → --", "! → ", "continue → break",
		"+= → -=", "- → ", "a += -b → nothing", "true → false", "a → a-1", "b → b-1", "len(s[:b]) → *new(int)", "s[a] = true → nothing",
	} {
		if !got[want] {
			t.Errorf("%q was not planted", want)
		}
	}
	for _, no := range []string{"1 → 2", "+ → -", "nil → *new(error)"} {
		if got[no] {
			t.Errorf("%q was planted", no)
		}
	}
}

// The position of a mutant is that of what it replaces.
func TestMutant(t *testing.T) {
	mutants, err := plantIn("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	m := mutants[0]
	if m.String() != `p.go:6: a < b → !(a < b) in "if a < b {"` && m.line != 6 {
		t.Errorf("got %s", m)
	}
	if m.key() == "" || !strings.HasPrefix(m.key(), "p.go | if a < b {") {
		t.Errorf("got %q", m.key())
	}
}

func TestJudged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "judged.txt")
	if err := os.WriteFile(file, []byte("# reasons\n\np.go | if a < b { | < → <= | a is never b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readJudged(file)
	if err != nil || got["p.go | if a < b { | < → <="] != "a is never b" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := readJudged(file + ".missing"); err != nil || len(got) != 0 {
		t.Errorf("a missing list: got %v, %v", got, err)
	}
	if err := os.WriteFile(file, []byte("p.go: no bars\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readJudged(file); err == nil {
		t.Error("a line without bars was read")
	}
}
