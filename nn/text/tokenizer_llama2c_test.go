package text

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// llama2C writes a tokenizer.bin of the bytes and some pieces, with scores.
func llama2C(longest int32, pieces []string, scores []float32) []byte {
	all := []string{"<unk>", "\n<s>\n", "\n</s>\n"}
	for b := range 256 {
		all = append(all, bytePiece(byte(b)))
	}
	scores = append(make([]float32, len(all)), scores...)
	return writeLlama2C(longest, append(all, pieces...), scores)
}

func writeLlama2C(longest int32, pieces []string, scores []float32) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(longest))
	for i, piece := range pieces {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(scores[i]))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(piece)))
		out = append(out, piece...)
	}
	return out
}

func readLlama2C(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := ReadLlama2C(bytes.NewReader(llama2C(8,
		[]string{"ab", "bc", "abc", " a", " ", "a", "b", "c", "é"},
		[]float32{-2, -1, -9, -3, -20, -21, -22, -23, -24})))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The pieces are worked out by hand: bc has a higher score than ab.
func TestReadLlama2C(t *testing.T) {
	tok := readLlama2C(t)
	for _, c := range []struct {
		text   string
		pieces []string
		spans  []int
	}{
		{"abc", []string{" a", "bc"}, []int{0, 1, 1, 3}},
		{"ab b", []string{" ", "ab", " ", "b"}, []int{0, 1, 0, 2, 2, 3, 3, 4}},
		{"é\n", []string{" ", "é", "<0x0A>"}, []int{0, 2, 0, 2, 2, 3}},
		{"ж", []string{" ", "<0xD0>", "<0xB6>"}, []int{0, 2, 0, 2, 0, 2}},
		{"", []string{}, nil},
	} {
		e := tok.Encode(c.text)
		if got := e.Pieces(); got[0] != "\n<s>\n" || !slices.Equal(got[1:], c.pieces) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.pieces)
		}
		if got := offsets(e[1:]); !slices.Equal(got, c.spans) {
			t.Errorf("%q: got spans %v, want %v", c.text, got, c.spans)
		}
	}
	if got, want := tok.EncodePair("a", "b").Types(), []int{0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("pair: got types %v, want %v", got, want)
	}
}

func TestLlama2CRoundTrip(t *testing.T) {
	tok := readLlama2C(t)
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Filter(func(s string) bool { return !strings.Contains(s, "<0x41>") }).Draw(t, "s")
		if got := tok.Decode(tok.Encode(s).IDs()); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	})
}

// The pair of the highest score becomes one, the leftmost of equals, as in llama2.c.
func TestLlama2CMergesTheHighestScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := []string{"a", "b", "c"}
		pieces = append(pieces, rapid.SliceOfNDistinct(rapid.StringMatching(`[abc]{2,3}`), 5, 20, rapid.ID).Draw(t, "pieces")...)
		var scores []float32
		for range pieces {
			scores = append(scores, float32(rapid.IntRange(-1, 1).Draw(t, "score")))
		}
		table := newScored(pieces, scores)
		word := rapid.StringMatching(`[abc]{2,16}`).Draw(t, "word")
		m := &bpe{vocabulary: table.ids, merges: table, unknown: -1}
		var got []string
		for _, u := range m.tokenize(nil, word) {
			got = append(got, pieces[u.id])
		}
		want := strings.Split(word, "")
		for {
			at := -1
			for i := range len(want) - 1 {
				if id, ok := table.ids[want[i]+want[i+1]]; ok && (at < 0 || scores[id] > scores[table.ids[want[at]+want[at+1]]]) {
					at = i
				}
			}
			if at < 0 {
				break
			}
			want[at] += want[at+1]
			want = slices.Delete(want, at+1, at+2)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	})
}

func TestLlama2CErrors(t *testing.T) {
	whole := llama2C(8, nil, nil)
	nan := slices.Clone(whole)
	binary.LittleEndian.PutUint32(nan[4:], math.Float32bits(float32(math.NaN())))
	shifted := writeLlama2C(8, append([]string{"a", "b", "c", "x"}, slices.Repeat([]string{"y"}, 300)...), make([]float32, 304))
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "the file has no header", nil},
		{"header only", "the file has 0 pieces, fewer than the 259 of bytes and special tokens", whole[:4]},
		{"cut in a head", "the file ends within piece 1", whole[:20]},
		{"cut in a piece", "the file ends within piece 0", whole[:14]},
		{"long", "piece 0 has 9 bytes, but the longest has 8: is it a tokenizer.bin?", writeLlama2C(8, []string{"123456789"}, []float32{0})},
		{"NaN", "piece 0 has the score NaN", nan},
		{"no bytes", `piece 3 is "x", not the byte <0x00>`, shifted},
		{"twice", `pieces 259 and 260 are both "x"`, llama2C(8, []string{"x", "x"}, []float32{0, 0})},
	} {
		_, err := ReadLlama2C(bytes.NewReader(c.file))
		if want := "tokenizer: llama2.c: " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, want)
		}
	}
}

func FuzzReadLlama2C(f *testing.F) {
	f.Add(llama2C(8, []string{"ab"}, []float32{1}), "abc")
	f.Fuzz(func(t *testing.T, file []byte, s string) {
		tok, err := ReadLlama2C(bytes.NewReader(file))
		if err != nil {
			return
		}
		tok.Decode(tok.Encode(s).IDs())
	})
}
