package text

import (
	"strings"
	"testing"
)

// The answers are those of the reference; see testdata/README.md.
func TestDecoders(t *testing.T) {
	const wordPiece = `{"type": "WordPiece", "prefix": "##", "cleanup": true}`
	for _, c := range []struct {
		decoder string
		pieces  []string
		want    string
	}{
		{wordPiece, []string{"do", "n't"}, "don't"},
		{wordPiece, []string{"I", "'m", "here", "."}, "I'm here."},
		{wordPiece, []string{"it", "'s"}, "it's"},
		{wordPiece, []string{"they", "'re", "'ve", "!", "?", ","}, "they're've!?,"},
		{wordPiece, []string{"a", "do not", "##b"}, "a don'tb"},
		{wordPiece, []string{"x", "a ' b", "c . d"}, "x a'b c. d"},
		{wordPiece, []string{"x", "##y", "##"}, "xy"},
		{wordPiece, []string{"##a", "b"}, "##a b"},
		{wordPiece, []string{"a ' n't"}, "a'n't"},
		{`{"type": "Strip", "content": "_", "start": 2, "stop": 1}`, []string{"___a__", "_b", "b"}, "_a_bb"},
		{`{"type": "ByteFallback"}`, []string{"<0x61>", "<0xE6>", "<0x97>", "<0xA5>", "b", "<0xG1>", "<0x6>"}, "a日b<0xG1><0x6>"},
		{`{"type": "Metaspace"}`, []string{"▁▁a▁", "▁b"}, "a b"},
		{`{"type": "BPEDecoder", "suffix": "</w>"}`, []string{"a</w>", "b", "c</w>"}, "a bc"},
		{`{"type": "ByteLevel"}`, []string{"ĠÃ©", "a b"}, " éa b"},
	} {
		d, err := readDecoder(part{path: "decoder", raw: []byte(c.decoder)})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(d.decode(c.pieces), ""); got != c.want {
			t.Errorf("%s of %q: got %q, want %q", c.decoder, c.pieces, got, c.want)
		}
	}
}
