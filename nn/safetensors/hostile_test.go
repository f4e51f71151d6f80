package safetensors_test

import (
	"encoding/binary"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
)

func itoa(n int) string { return strconv.Itoa(n) }

// one returns the header of a file with a tensor t.
func one(dtype, shape, offsets string) string {
	return `{"t":{"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":` + offsets + `}}`
}

// hostile has files that must be refused and the reason, without "safetensors:
// bad.safetensors: ".
var hostile = []struct {
	name string
	file []byte
	want string
}{
	{"empty", nil, "0 bytes are too few: a file begins with eight bytes for the length of its header"},
	{"seven bytes", make([]byte, 7), "7 bytes are too few: a file begins with eight bytes for the length of its header"},
	{"header too long", []byte("\x03\x00\x00\x00\x00\x00\x00\x00{}"), "the header claims 3 bytes, the file has 2 after its first eight: it is cut off or not a safetensors file"},
	{"header of 2^64-1", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"),
		"the header claims 18446744073709551615 bytes, the file has 2 after its first eight: it is cut off or not a safetensors file"},
	{"header of nothing", make([]byte, 8), "the header does not begin with {"},
	{"leading space", pack(` {}`), "the header does not begin with {"},
	{"array", pack(`[]`), "the header does not begin with {"},
	{"not UTF-8", pack("{\"a\xff\":1}"), "the header is not UTF-8"},
	{"cut off", pack(`{`), "the header's JSON ends too soon"},
	{"cut off in a tensor", pack(`{"t":{"dtype":"F32","shape":[1`), `tensor "t": the header's JSON ends too soon`},
	{"not JSON", pack(`{,}`), "got , where a name in quotes should be"},
	{"control character", pack("{\"a\nb\":{}}"), `a text has the control character "\n", which JSON writes as an escape`},
	{"two objects", pack(`{}{}`), "the header goes on after its closing }"},
	{"text after", pack(`{} x`), "the header goes on after its closing }"},
	{"duplicate", pack(`{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`), `tensor "t": is there twice`},
	{"duplicate by escape", pack(`{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0074":{}}`), `tensor "t": is there twice`},
	{"duplicate field", pack(`{"t":{"dtype":"U8","dtype":"U8"}}`), `tensor "t": "dtype" is there twice`},
	{"unknown field", pack(`{"t":{"Shape":[]}}`), `tensor "t": unknown field "Shape": a tensor has dtype, shape and data_offsets`},
	{"a number for a tensor", pack(`{"t":1}`), `tensor "t": got 1 where an object should be`},
	{"null for a tensor", pack(`{"t":null}`), `tensor "t": got null where an object should be`},
	{"no dtype", pack(`{"t":{"shape":[],"data_offsets":[0,0]}}`), `tensor "t": no dtype`},
	{"no shape", pack(`{"t":{"dtype":"U8","data_offsets":[0,0]}}`), `tensor "t": no shape`},
	{"no offsets", pack(`{"t":{"dtype":"U8","shape":[]}}`), `tensor "t": no data_offsets`},
	{"dtype a number", pack(`{"t":{"dtype":8}}`), `tensor "t": got 8 where dtype, a text, should be`},
	{"dtype unknown", pack(one("U64", "[0]", "[0,0]")), `tensor "t": dtype "U64" cannot be read (BOOL U8 I8 U16 I16 U32 I32 I64 F16 BF16 F32 F64 can)`},
	{"shape null", pack(one("U8", "null", "[0,1]"), 1), `tensor "t": got null where shape, an array of numbers, should be`},
	{"shape of null", pack(one("U8", "[null]", "[0,0]")), `tensor "t": shape has null where a whole number from 0 to 2^63-1 should be`},
	{"negative axis", pack(one("U8", "[-1]", "[0,1]"), 1), `tensor "t": shape has -1 where a whole number from 0 to 2^63-1 should be`},
	{"fractional axis", pack(one("U8", "[1.5]", "[0,1]"), 1), `tensor "t": shape has 1.5 where a whole number from 0 to 2^63-1 should be`},
	{"axis in exponents", pack(one("U8", "[1e0]", "[0,1]"), 1), `tensor "t": shape has 1e0 where a whole number from 0 to 2^63-1 should be`},
	{"axis a string", pack(one("U8", `["1"]`, "[0,1]"), 1), `tensor "t": shape has "1" where a whole number from 0 to 2^63-1 should be`},
	{"axis an array", pack(one("U8", `[[1]]`, "[0,1]"), 1), `tensor "t": shape has [ where a whole number from 0 to 2^63-1 should be`},
	{"axis of 2^63", pack(one("U8", "[9223372036854775808]", "[0,1]"), 1),
		`tensor "t": shape has 9223372036854775808 where a whole number from 0 to 2^63-1 should be`},
	{"product of 2^64", pack(one("U8", "[4294967296,4294967296]", "[0,0]")), `tensor "t": shape [4294967296 4294967296] has more bytes than memory can address`},
	{"product of 2^64+1", pack(one("U8", "[274177,67280421310721]", "[0,1]"), 1),
		`tensor "t": shape [274177 67280421310721] has more bytes than memory can address`},
	{"overflow beside an empty axis", pack(one("U8", "[0,4611686018427387904]", "[0,0]")),
		`tensor "t": shape [0 4611686018427387904] has more bytes than memory can address`},
	{"2^47 elements beside an empty axis", pack(one("U8", "[0,140737488355328]", "[0,0]")),
		`tensor "t": shape [0 140737488355328] has more bytes than memory can address`},
	{"terabytes", pack(one("F32", "[1000000,1000000]", "[0,4]"), 0, 0, 0, 0), `tensor "t": shape [1000000 1000000] of F32 needs 4000000000000 bytes, data_offsets hold 4`},
	{"too few bytes", pack(one("F32", "[2,1]", "[0,7]"), 0, 0, 0, 0, 0, 0, 0), `tensor "t": shape [2 1] of F32 needs 8 bytes, data_offsets hold 7`},
	{"one offset", pack(one("U8", "[]", "[0]"), 1), `tensor "t": data_offsets has 1 numbers, not a begin and an end`},
	{"negative offset", pack(one("U8", "[]", "[-1,0]"), 1), `tensor "t": data_offsets has -1 where a whole number from 0 to 2^63-1 should be`},
	{"backward", pack(one("U8", "[]", "[1,0]"), 1), `tensor "t": data_offsets [1 0] run backward`},
	{"outside", pack(one("U8", "[2]", "[0,2]"), 1), `tensor "t": data_offsets [0 2] lie outside of the 1 bytes of data`},
	{"far outside", pack(one("U8", "[1]", "[9223372036854775806,9223372036854775807]"), 1),
		`tensor "t": data_offsets [9223372036854775806 9223372036854775807] lie outside of the 1 bytes of data`},
	{"overlap", pack(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 1, 2, 3),
		`tensor "b": data_offsets [1 3] overlap with those of tensor "a"`},
	{"the same bytes", pack(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 1),
		`tensor "b": data_offsets [0 1] overlap with those of tensor "a"`},
	{"empty inside another", pack(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}`, 1, 2),
		`tensor "b": data_offsets [1 1] overlap with those of tensor "a"`},
	{"gap", pack(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 1, 2, 3),
		`tensor "b": the 1 bytes of data before its data_offsets [2 3] belong to no tensor`},
	{"data after", pack(one("U8", "[]", "[0,1]"), 1, 2, 3), "the last 2 bytes of data belong to no tensor"},
	{"metadata not an object", pack(`{"__metadata__":[]}`), "__metadata__: got [ where an object should be"},
	{"metadata not text", pack(`{"__metadata__":{"a":1}}`), `__metadata__: got 1 where the text of "a" should be`},
	{"metadata duplicate", pack(`{"__metadata__":{"a":"1","a":"2"}}`), `__metadata__: "a" is there twice`},
	{"metadata twice", pack(`{"__metadata__":{},"__metadata__":{}}`), `tensor "__metadata__": is there twice`},
	{"axis with a leading zero", pack(one("U8", "[01]", "[0,1]"), 1), `tensor "t": shape has 01 where a whole number from 0 to 2^63-1 should be`},
	{"no comma", pack(`{"a":{"dtype":"U8" "shape":[]}}`), `tensor "a": got "shape" where a comma or } should be`},
	{"comma at the end", pack(`{"a":{"dtype":"U8",}}`), `tensor "a": got } where a name in quotes should be`},
	{"comma at the end of a shape", pack(one("U8", "[1,]", "[0,1]"), 1), `tensor "t": shape has ] where a whole number from 0 to 2^63-1 should be`},
	{"no colon", pack(`{"a" 1}`), `got 1 where a colon should be`},
	{"name without quotes", pack(`{a:1}`), `got a where a name in quotes should be`},
	{"name without an end", pack(`{"a`), `the header's JSON ends too soon`},
	{"name that ends in an escape", pack(`{"a\`), `the header's JSON ends too soon`},
	{"unknown escape", pack(`{"a\x41":1}`), `a text has the escape "\\x41", which is none of JSON`},
	{"short escape", pack(`{"a\u12":1}`), `a text has the escape "\\u12", which is none of JSON`},
	{"escape with a sign", pack(`{"a\u+123":1}`), `a text has the escape "\\u+123", which is none of JSON`},
	{"first half of a pair", pack(`{"a\ud83db":1}`), `a text has the escape "\\ud83db", which is none of JSON`},
	{"second half of a pair", pack(`{"\ude00":1}`), `a text has the escape "\\ude00", which is none of JSON`},
	{"two first halves", pack(`{"\ud83d\ud83d":1}`), `a text has the escape "\\ud83d\\ud83d", which is none of JSON`},
	{"duplicate by a pair", pack(`{"__metadata__":{"😀":"","\uD83d\uDE00":""}}`), `__metadata__: "😀" is there twice`},
	{"letter that is hidden", pack("{\u202e}"), `got '\u202e' where a name in quotes should be`},
	{"three offsets", pack(one("U8", "[]", "[0,1,2]"), 1), `tensor "t": data_offsets has more than 2 numbers`},
	{"65 axes", pack(one("U8", "["+strings.Repeat("1,", 64)+"1]", "[0,1]"), 1), `tensor "t": shape has more than 64 numbers`},
	{"line break in a name", pack(`{"a\nb":1}`), `tensor "a\nb": got 1 where an object should be`},
}

func TestHostileFiles(t *testing.T) {
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			_, err := safetensors.Decode("bad.safetensors", tt.file)
			wantError(t, err, "safetensors: bad.safetensors: "+tt.want)
		})
	}
}

func TestHeaderBeyondTheFormatIsRefusedUnread(t *testing.T) {
	file := make([]byte, 8+100_000_001) // its pages are not touched
	binary.LittleEndian.PutUint64(file, 100_000_001)
	_, err := safetensors.Decode("bad.safetensors", file)
	wantError(t, err, "safetensors: bad.safetensors: the header claims 100000001 bytes, more than the 100000000 that the format allows")
}

func TestDeepNestingIsRefusedAtItsFirstLevel(t *testing.T) {
	deep := strings.Repeat("[", 1<<20)
	_, err := safetensors.Decode("bad.safetensors", pack(`{"t":{"shape":`+deep))
	wantError(t, err, `safetensors: bad.safetensors: tensor "t": shape has [ where a whole number from 0 to 2^63-1 should be`)
}

// An error quotes at most 100 bytes of a file.
func TestFaultC5ErrorsQuoteLittle(t *testing.T) {
	long := strings.Repeat("9", 1<<20)
	for name, file := range map[string][]byte{
		"number":       pack(one("U8", "["+long+"]", "[0,1]"), 1),
		"offset":       pack(one("U8", "[1]", "["+long+",1]"), 1),
		"name":         pack(`{"` + long + `":1}`),
		"runes":        pack(`{"` + strings.Repeat("é", 1<<10) + `":1}`),
		"dtype":        pack(one(long, "[1]", "[0,1]")),
		"field":        pack(`{"t":{"` + long + `":1}}`),
		"value":        pack(`{"t":"` + long + `"}`),
		"word":         pack(`{"t":n` + long + `}`),
		"metadata":     pack(`{"__metadata__":{"` + long + `":1}}`),
		"metadatum":    pack(`{"__metadata__":{"a":` + long + `}}`),
		"twice":        pack(`{"__metadata__":{"` + long + `":"","` + long + `":""}}`),
		"shape":        pack(one("U8", "["+strings.Repeat("1234567,", 60)+"1]", "[0,1]"), 1),
		"size":         pack(one("U8", "["+strings.Repeat("1,", 60)+"12345678]", "[0,1]"), 1),
		"tensor twice": pack(`{"` + long + `":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"` + long + `":{}}`),
		"overlap": pack(`{"`+long+`":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"1`+long+
			`":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, 1),
	} {
		_, err := safetensors.Decode("f", file)
		if err == nil || len(err.Error()) > 350 || !strings.Contains(err.Error(), "...") {
			t.Errorf("%s: got %.1000v, want a short error with what was cut off", name, err)
		}
	}
}

// An error cuts no name in the middle of a character.
func TestFaultC5QuotesWholeCharacters(t *testing.T) {
	_, err := safetensors.Decode("f", pack(`{"`+strings.Repeat("é", 100)+`":1}`))
	wantError(t, err, `safetensors: f: tensor "`+strings.Repeat("é", 50)+`... (200 bytes)": got 1 where an object should be`)
}

// A small file with large claims must not cost much memory.
func TestMemoryIsBoundedByTheFile(t *testing.T) {
	claims := [][]byte{
		pack(one("F64", "[1000000000]", "[0,8000000000]")),
		pack(one("U8", "[1000000000]", "[0,1000000000]"), make([]byte, 1000)...),
		append(binary.LittleEndian.AppendUint64(nil, 1<<40), make([]byte, 1000)...),
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, file := range claims {
		if _, err := safetensors.Decode("bad.safetensors", file); err == nil {
			t.Error("a claim beyond the file was believed")
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated for files of about 1000", used)
	}
}
