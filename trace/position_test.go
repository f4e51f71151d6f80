package trace

import "testing"

// A file is the library's if it lies in the module, but for tests and examples.
func TestFilesOfTheLibrary(t *testing.T) {
	for file, want := range map[string]bool{
		root + "/fn/dot.go":                  true,
		root + "/trace/trace.go":             true,
		root + "/internal/kernel/dot.go":     true,
		root + "/fn/dot_test.go":             false,
		root + "/examples/mnist/main.go":     false,
		root + "/fn/examples/x.go":           true,
		root + "/fn/test.go":                 true,
		root + "-model/fn/dot.go":            false,
		root:                                 false,
		"/home/user/model.go":                false,
		"/home/user" + root + "/fn/dot.go":   false,
		"/home/user/go/src/reflect/value.go": false,
		"":                                   false,
	} {
		if got := inLibrary(file); got != want {
			t.Errorf("%s: got %v, want %v", file, got, want)
		}
	}
}

// What lies between is the standard library's by the name of its package, not by a
// prefix.
func TestFunctionsInBetween(t *testing.T) {
	for function, want := range map[string]bool{
		"runtime.goexit": true, "reflect.Value.Call": true, "slices.SortFunc[go.shape.[]int,go.shape.int]": true, "maps.DeleteFunc[...]": true,
		"sort.Slice": true, "sync.(*Once).Do": true, "iter.Pull[int].func1": true,
		"main.main": false, "slicesx.Sort": false, "my.reflect.Call": false, "github.com/a/sort.Slice": false, "sync/errgroup.(*Group).Go": false, "": false, "runtime": true,
	} {
		if got := inBetween(function); got != want {
			t.Errorf("%s: got %v, want %v", function, got, want)
		}
	}
}
