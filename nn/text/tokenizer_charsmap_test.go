package text

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"testing"
)

// charsMapFile is a table with one string, of one byte, and its replacement.
func charsMapFile(char byte, with string) []byte {
	units := make([]uint32, 768)
	units[0] = 256 << 10                           // the children of the root are at 256
	at := 256 ^ uint32(char)                       // the character
	units[at] = (at^512)<<10 | 1<<8 | uint32(char) // whose children are at 512
	units[512] = 1 << 31                           // its value: 0
	out := binary.LittleEndian.AppendUint32(nil, 4*uint32(len(units)))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint32(out, u)
	}
	return append(append(out, with...), 0)
}

func readMap(raw []byte) (normalizer, error) {
	file := fmt.Sprintf(`{"type": "Precompiled", "precompiled_charsmap": %q}`, base64.StdEncoding.EncodeToString(raw))
	return readNormalizer(part{path: "normalizer", raw: []byte(file)})
}

func TestCharsMap(t *testing.T) {
	n, err := readMap(charsMapFile('q', "que"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"": "", "aqb": "aqueb", "qq": "queque", "\xffq\x00": "\xffque\x00",
		"q\u0301":             "que", // the cluster as a whole
		"q\u200d":             "que",
		"q\u0301\u0301\u0301": "que\u0301\u0301\u0301",
	} {
		a := n.normalize(align(text))
		if a.text != want {
			t.Errorf("%q: got %q, want %q", text, a.text, want)
		}
		checkAligned(t, text, a, text)
	}
}

func TestCharsMapErrors(t *testing.T) {
	whole := charsMapFile('q', "que")
	for want, raw := range map[string][]byte{
		"tokenizer: normalizer: precompiled_charsmap has 2 bytes and no header":                     whole[:2],
		"tokenizer: normalizer: precompiled_charsmap has a trie of 3072 bytes, but 96 bytes follow": whole[:100],
		"tokenizer: normalizer: precompiled_charsmap has a trie of 0 bytes, but 3 bytes follow":     append(make([]byte, 4), "abc"...),
		"tokenizer: normalizer: illegal base64 data at input byte 0":                                nil,
	} {
		_, err := readMap(raw)
		if raw == nil {
			_, err = readNormalizer(part{path: "normalizer", raw: []byte(`{"type": "Precompiled", "precompiled_charsmap": "?"}`)})
		}
		if err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// A table that points nowhere replaces nothing.
func TestCharsMapOutOfRange(t *testing.T) {
	raw := charsMapFile('q', "que")
	binary.LittleEndian.PutUint32(raw[4+4*512:], 1<<31|999)
	n, err := readMap(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.normalize(align("q")).text; got != "q" {
		t.Errorf("a replacement out of range: got %q", got)
	}
	binary.LittleEndian.PutUint32(raw[4:], 1<<31-1)
	if n, err = readMap(raw); err != nil {
		t.Fatal(err)
	}
	if got := n.normalize(align("q")).text; got != "q" {
		t.Errorf("a child out of range: got %q", got)
	}
}
