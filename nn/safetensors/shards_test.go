package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

const (
	first  = "model-00001-of-00002.safetensors"
	second = "model-00002-of-00002.safetensors"
)

// sharded makes a folder with two shards, which have 20 bytes of tensors, and returns the
// path of an index with the given text.
func sharded(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, tensors := range map[string]map[string]trace.Value{
		first:  {"a": trace.New([]float32{1, 2}), "b": trace.New([]float32{3})},
		second: {"c": trace.New([]float64{4})},
	} {
		if err := safetensors.Write(filepath.Join(dir, name), tensors, nil); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "model.safetensors.index.json")
	rewrite(t, path, text)
	return path
}

func rewrite(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const placed = `"weight_map":{"a":"` + first + `","b":"` + first + `","c":"` + second + `"}`

func TestReadShards(t *testing.T) {
	path := sharded(t, "")
	for _, text := range []string{
		`{` + placed + `}`,
		`{"metadata":{"total_size":20},` + placed + `}`,
		" {\n \"metadata\" : {\"total_size\": 20, \"format\": \"p}t\", \"more\": [1, {\"x\": null}], \"n\": -1.5e3}, " + placed + "}\n",
		`{"metadata":{},` + placed + `}`,
	} {
		rewrite(t, path, text)
		got, err := safetensors.Read(path)
		if err != nil || len(got) != 3 || got["a"].String() != "f32[2] [1 2]" || got["b"].String() != "f32[1] [3]" || got["c"].String() != "f64[1] [4]" {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	if got, err := safetensors.Read(sharded(t, `{"metadata":{"total_size":0},"weight_map":{}}`)); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

// wrongIndexes has indexes that must be refused and the reason.
var wrongIndexes = []struct{ text, want string }{
	{``, "the index's JSON ends too soon"},
	{`[]`, "got [ where an object should be"},
	{`{`, "the index's JSON ends too soon"},
	{`{}`, "no weight_map"},
	{"{\"\xff\":1}", "the index is not UTF-8"},
	{`{` + placed + `} x`, "the index goes on after its closing }"},
	{`{` + placed + `,` + placed + `}`, `"weight_map" is there twice`},
	{`{"metadata":{},"metadata":{},` + placed + `}`, `"metadata" is there twice`},
	{`{"weightmap":{}}`, `unknown field "weightmap": an index has metadata and weight_map`},
	{`{"metadata":7,` + placed + `}`, "got 7 where an object should be"},
	{`{"metadata":{"total_size":"20"},` + placed + `}`, `total_size has "20" where a whole number from 0 to 2^63-1 should be`},
	{`{"metadata":{"total_size":-20},` + placed + `}`, `total_size has -20 where a whole number from 0 to 2^63-1 should be`},
	{`{"metadata":{"total_size":20,"total_size":20},` + placed + `}`, "total_size is there twice"},
	{`{"metadata":{"total_size":24},` + placed + `}`, "total_size is 24, but the tensors of the 2 shards have 20 bytes"},
	{`{"metadata":{"x":},` + placed + `}`, "got } where a value should be"},
	{`{"metadata":{"x":[1,]},` + placed + `}`, "got [ where a value should be"},
	{`{"metadata":{"x":[[[`, "the index's JSON ends too soon"},
	{`{"metadata":{"x":"`, "the index's JSON ends too soon"},
	{`{"weight_map":["a"]}`, "got [ where an object should be"},
	{`{"weight_map":{"a":1}}`, `tensor "a": got 1 where the name of a shard should be`},
	{`{"weight_map":{"a":null}}`, `tensor "a": got null where the name of a shard should be`},
	{`{"weight_map":{"a":"` + first + `","a":"` + first + `"}}`, `tensor "a": is there twice`},
	{`{"weight_map":{"a":"../` + first + `"}}`, `tensor "a": shard "../model-00001-of-00002.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"/etc/x.safetensors"}}`, `tensor "a": shard "/etc/x.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"x/y.safetensors"}}`, `tensor "a": shard "x/y.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"..\\y.safetensors"}}`, `tensor "a": shard "..\\y.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"C:y.safetensors"}}`, `tensor "a": shard "C:y.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"\u0000.safetensors"}}`, `tensor "a": shard "\x00.safetensors" is not the name of a file beside the index`},
	{`{"weight_map":{"a":".."}}`, `tensor "a": shard ".." is not the name of a file beside the index`},
	{`{"weight_map":{"a":""}}`, `tensor "a": shard "" is not the name of a file beside the index`},
	{`{"weight_map":{"a":"model.safetensors.index.json"}}`, `tensor "a": the name of shard "model.safetensors.index.json" does not end in .safetensors`},
	{`{"weight_map":{"a":"none.safetensors"}}`, `shard "none.safetensors": no such file or directory`},
	{`{"weight_map":{"a":"` + first + `","c":"` + second + `"}}`, `shard "` + first + `": tensor "b": is not in the index`},
	{`{"weight_map":{"a":"` + first + `","b":"` + second + `","c":"` + second + `"}}`, `shard "` + first + `": tensor "b": is in shard "` + second + `" by the index`},
	{`{` + strings.TrimSuffix(placed, "}") + `,"d":"` + second + `"}}`, `shard "` + second + `": tensor "d": is not in it`},
}

func TestWrongIndexes(t *testing.T) {
	path := sharded(t, "")
	for _, c := range wrongIndexes {
		rewrite(t, path, c.text)
		_, err := safetensors.Read(path)
		wantError(t, err, "safetensors: "+path+": "+c.want)
	}
}

// What is wrong with a shard is said of the shard. A folder is none, nor is an index.
func TestWrongShards(t *testing.T) {
	path := sharded(t, `{`+placed+`}`)
	dir := filepath.Dir(path)
	rewrite(t, filepath.Join(dir, second), "{}")
	_, err := safetensors.Read(path)
	wantError(t, err, "safetensors: "+path+`: shard "`+second+`": 2 bytes are too few: a file begins with eight bytes for the length of its header`)
	if err := os.Remove(filepath.Join(dir, second)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, second), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = safetensors.Read(path)
	wantError(t, err, "safetensors: "+path+`: shard "`+second+`": not a regular file`)
	_, err = safetensors.Read(filepath.Join(dir, "none.json"))
	wantError(t, err, "safetensors: "+filepath.Join(dir, "none.json")+": no such file or directory")
	if err := os.Mkdir(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = safetensors.Read(filepath.Join(dir, "folder.json"))
	wantError(t, err, "safetensors: "+filepath.Join(dir, "folder.json")+": not a regular file")
}

// An index costs memory in proportion to its bytes, whatever it claims.
func TestMemoryOfIndexes(t *testing.T) {
	path := sharded(t, "")
	var many strings.Builder
	for i := range 1 << 17 {
		fmt.Fprintf(&many, `"%x":"%x.safetensors",`, i, i)
	}
	for name, text := range map[string]string{
		"tensors":  `{"weight_map":{` + strings.TrimSuffix(many.String(), ",") + `}}`,
		"commas":   `{"weight_map":{` + strings.Repeat(",", size) + `}}`,
		"metadata": `{"metadata":{"x":` + strings.Repeat("[", size) + `}}`,
		"name":     `{"weight_map":{"` + strings.Repeat("n", size) + `":"../x"}}`,
	} {
		rewrite(t, path, text)
		var err error
		got := allocated(func() { _, err = safetensors.Read(path) })
		if err == nil || len(err.Error()) > 500 || got > uint64(4*len(text)+1<<20) {
			t.Errorf("%s: %d bytes for an index of %d, and %.300v", name, got, len(text), err)
		}
	}
}

func FuzzIndex(f *testing.F) {
	for _, c := range wrongIndexes {
		f.Add([]byte(c.text))
	}
	f.Add([]byte(`{"metadata":{"total_size":20,"more":[1,{"x":null}]},` + placed + `}`))
	path := sharded(f, "")
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rewrite(t, path, string(text))
		got, err := safetensors.Read(path)
		if err != nil && (len(err.Error()) > 1000 || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' })) {
			t.Errorf("got %q, want one short line", err)
		}
		for name := range got {
			if !slices.Contains([]string{"a", "b", "c"}, name) || len(beside) != 3 {
				t.Errorf("tensor %q is in no shard", name)
			}
		}
	})
}
