package text

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// anyText draws texts of any bytes, of characters that tokenizers treat apart, and of
// words.
func anyText() *rapid.Generator[string] {
	odd := rapid.SampledFrom([]string{
		" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\x00", "\x80", "\xe6\x97", "\u0301", "\u0323", "é", "ﬁ", "İ", "가", "\u1112\u1161\u11ab",
		"日", "👩‍👧", "'s", "'LL", "▁", "Ġ", "##", "<0x41>", "123", "½", "\u200d", "\ufeff", "\ufffd", ".", "—",
	})
	word := rapid.SampledFrom([]string{"the", " relevance", "network", " of", "Hello", "x"})
	return rapid.Custom(func(t *rapid.T) string {
		bytes := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 5), func(b []byte) string { return string(b) })
		parts := rapid.SliceOfN(rapid.OneOf(odd, word, rapid.String(), bytes), 0, 8)
		return strings.Join(parts.Draw(t, "parts"), "")
	})
}

func TestByteLevelRoundTrip(t *testing.T) {
	for _, name := range []string{"gpt2", "llama3"} {
		tok := goldenTokenizer(t, name)
		rapid.Check(t, func(t *rapid.T) {
			s := anyText().Draw(t, "s")
			if got := tok.DecodeAll(tok.EncodePlain(s).IDs()); got != s {
				t.Errorf("%s: got %q, want %q", name, got, s)
			}
		})
	}
}

// With pieces for all bytes nothing is lost but the blank in front.
func TestByteFallbackRoundTrip(t *testing.T) {
	tok := goldenTokenizer(t, "llama2")
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Filter(func(s string) bool { return !strings.Contains(s, "▁") && !strings.Contains(s, "<0x41>") }).Draw(t, "s")
		if got := tok.Decode(tok.Encode(s).IDs()); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	})
}

// Spans are within the input, do not cut a character, and do not go back.
func checkSpans(t *rapid.T, name, s string, e Encoding) {
	start := 0
	for i, token := range e {
		if token.Input < 0 {
			continue
		}
		if token.Start < start || token.End < token.Start || token.End > len(s) {
			t.Errorf("%s: %q: token %d %+v after %d", name, s, i, token, start)
		}
		start = token.Start
		if utf8.ValidString(s) && !utf8.ValidString(s[token.Start:token.End]) {
			t.Errorf("%s: %q: token %d %+v cuts a character", name, s, i, token)
		}
	}
}

func TestEncodingLaws(t *testing.T) {
	_, files := goldenTokenizers(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		tok := goldenTokenizer(t, name)
		rapid.Check(t, func(t *rapid.T) {
			s := anyText().Draw(t, "s")
			e := tok.Encode(s)
			checkSpans(t, name, s, e)
			for i, token := range e {
				piece, ok := tok.Piece(token.ID)
				id, known := tok.ID(token.Piece)
				if !ok || !known || piece != token.Piece || id != token.ID || id >= tok.Size() {
					t.Errorf("%s: token %d %+v is not piece %q, %d", name, i, token, piece, id)
				}
			}
			if again := tok.Encode(s); !slices.Equal(again, e) {
				t.Errorf("%s: %q: got %v, then %v", name, s, e, again)
			}
			tok.Decode(e.IDs())
		})
	}
}

// In a byte-level vocabulary the spans cover the text, and a piece of whole characters is
// what its span says.
func TestSpansSayWhatTheyCover(t *testing.T) {
	tok := goldenTokenizer(t, "gpt2")
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Draw(t, "s")
		end := 0
		for _, token := range tok.EncodePlain(s) {
			if token.Start > end {
				t.Fatalf("%q: nothing covers %d to %d", s, end, token.Start)
			}
			end = max(end, token.End)
			if says := unspell(token.Piece); utf8.ValidString(says) && says != s[token.Start:token.End] {
				t.Errorf("%q: piece %q covers %q", s, says, s[token.Start:token.End])
			}
		}
		if end != len(s) {
			t.Errorf("%q: tokens end at %d of %d", s, end, len(s))
		}
	})
}

func TestTokenizersAreIndependent(t *testing.T) {
	tok := goldenTokenizer(t, "t5")
	texts := readGolden[[]string](t, "texts.json")
	var want []Encoding
	for _, s := range texts {
		want = append(want, tok.Encode(s))
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i, s := range texts {
				if got := tok.Encode(s); !slices.Equal(got, want[i]) {
					t.Errorf("%q: got %v, want %v", s, got, want[i])
				}
			}
		})
	}
	wait.Wait()
}

// Normal forms are those of Unicode, for sequences of marks that package norm does not
// break up, and have a span for each byte.
func TestNormalForms(t *testing.T) {
	marks := rapid.SampledFrom([]rune("aeA\u0301\u0323\u0327\u0338\u030a\u0345\u1100\u1161\u11a8가각éệﬁ½\u0344\u0958\u2126\u05ae\u0315 "))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(marks, 0, 20, -1).Draw(t, "s")
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			a := normalForm{form}.normalize(align(s))
			if want := form.String(s); a.text != want {
				t.Errorf("form %d of %+q: got %+q, want %+q", form, s, a.text, want)
			}
			last := span{}
			for i, at := range a.from {
				if at.start < last.start || at.end < last.end || at.end > len(s) {
					t.Errorf("form %d of %+q: byte %d has the span %v after %v", form, s, i, at, last)
				}
				last = at
			}
		}
	})
}

// A composite has the span of all its parts; marks that change places share one.
func TestNormalFormSpans(t *testing.T) {
	for _, c := range []struct {
		form norm.Form
		text string
		want []span // of each byte of the result
	}{
		{norm.NFC, "e\u0301x", []span{{0, 3}, {0, 3}, {3, 4}}},
		{norm.NFD, "éx", []span{{0, 2}, {0, 2}, {0, 2}, {2, 3}}},
		{norm.NFD, "a\u0301\u0323", []span{{0, 1}, {1, 5}, {1, 5}, {1, 5}, {1, 5}}},
		{norm.NFKC, "ﬁ\xff", []span{{0, 3}, {0, 3}, {3, 4}}},
	} {
		if got := (normalForm{c.form}).normalize(align(c.text)).from; !slices.Equal(got, c.want) {
			t.Errorf("form %d of %+q: got %v, want %v", c.form, c.text, got, c.want)
		}
	}
}

// countedText counts the pairs that are looked up.
type countedText struct {
	merges
	count *int
}

func (c countedText) merge(left, right int) (merge, bool) {
	*c.count++
	return c.merges.merge(left, right)
}

// n characters cost at most 3n pairs: each is looked up at the start, and each merge
// makes two more.
func TestMergingIsLinear(t *testing.T) {
	m := goldenTokenizer(t, "gpt2").model.(*bpe)
	for _, n := range []int{1000, 10_000, 100_000} {
		for _, word := range []string{"a", "the", "relevance", "abcdefgh"} {
			units, count := m.characters(strings.Repeat(word, n/len(word))), 0
			mergeAll(nil, units, countedText{m.merges, &count})
			if count > 3*len(units) {
				t.Errorf("%d times %s: %d pairs for %d characters", n/len(word), word, count, len(units))
			}
		}
	}
}

// The heap merges as the definition says: again and again the first pair of least rank.
func TestMergingIsThatOfTheDefinition(t *testing.T) {
	m := goldenTokenizer(t, "gpt2").model.(*bpe)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("theranflvoicĠs")), 0, 30, -1).Draw(t, "word")
		units := m.characters(word)
		got := mergeAll(nil, units, m.merges)
		for want := slices.Clone(units); ; {
			best, at := merge{rank: -1}, -1
			for i := range len(want) - 1 {
				if c, ok := m.merges.merge(want[i].id, want[i+1].id); ok && (at < 0 || c.rank < best.rank) {
					best, at = c, i
				}
			}
			if at < 0 {
				if !slices.Equal(got, want) {
					t.Errorf("%q: got %v, want %v", word, got, want)
				}
				return
			}
			want[at] = unit{best.id, want[at].start, want[at+1].end}
			want = slices.Delete(want, at+1, at+2)
		}
	})
}

// Viterbi's path is the most probable of all.
func TestUnigramIsTheMostProbable(t *testing.T) {
	m := goldenTokenizer(t, "t5").model.(*unigram)
	var best func(word string) float64
	best = func(word string) float64 {
		if word == "" {
			return 0
		}
		_, size := utf8.DecodeRuneInString(word)
		out, single := -1e300, false
		for end := range len(word) + 1 {
			if id, ok := m.vocabulary[word[:end]]; ok && end > 0 {
				out = max(out, m.scores[id]+best(word[end:]))
				single = single || end == size
			}
		}
		if !single {
			out = max(out, m.unknownScore+best(word[size:]))
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("theranfl▁éЖ")), 0, 10, -1).Draw(t, "word")
		got, want := m.viterbi(word)[len(word)].score, best(word)
		if d := got - want; !(d < 1e-9 && d > -1e-9) {
			t.Errorf("%q: got %v, want %v", word, got, want)
		}
	})
}

// Paths worked out by hand: a character that no piece covers costs 10 more than the least
// probable piece, and may stand before one that has a piece.
func TestUnigramUnknownCharacters(t *testing.T) {
	for _, c := range []struct {
		vocab string // after the unknown piece 0
		text  string
		want  []int
	}{
		{`["xa", -9], ["b", -9], ["ab", -0.5]`, "xab", []int{1, 2}}, // -18; with x unknown it would be -19.5
		{`["xa", -1], ["ab", -0.5]`, "xab", []int{0, 2}},            // -11.5; with b unknown it would be -12
		{`["xa", -1], ["b", -1]`, "xb", []int{0, 2}},                // xa begins there, but does not end
		{`["xa", -1], ["b", -1]`, "yxb", []int{0, 2}},               // unknown characters are one piece
		{`["xa", -1], ["b", -1]`, "yxab", []int{0, 1, 2}},
	} {
		tok, err := ReadTokenizer(strings.NewReader(modelFile(`{"type": "Unigram", "unk_id": 0, "vocab": [["u", 0], ` + c.vocab + `]}`)))
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.Encode(c.text).IDs(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q: got %v, want %v", c.vocab, c.text, got, c.want)
		}
	}
}

// White space between two tokens goes to the first that takes it.
func TestAddedTokensTakeWhiteSpaceOnce(t *testing.T) {
	tok, err := ReadTokenizer(strings.NewReader(tiny(`, "added_tokens": [
		{"id": 3, "content": "<l>", "lstrip": true}, {"id": 4, "content": "<r>", "rstrip": true},
		{"id": 5, "content": "<lr>", "lstrip": true, "rstrip": true}]`)))
	if err != nil {
		t.Fatal(err)
	}
	const s = "a <r>  <l> <lr> \n<lr><l>b"
	e := tok.Encode(s)
	if got, want := e.IDs(), []int{1, 4, 3, 5, 5, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := offsets(e), []int{0, 1, 2, 7, 7, 10, 10, 17, 17, 21, 21, 24, 24, 25}; !slices.Equal(got, want) {
		t.Errorf("got spans %v, want %v", got, want)
	}
}

// A span loses the blanks that its piece has and the input has too.
func TestTrimmedSpans(t *testing.T) {
	const s = " ab  c"
	for _, c := range []struct {
		piece              string
		blank              bool
		start, end, i      int
		wantStart, wantEnd int
	}{
		{"Ġab", false, 0, 3, 0, 1, 3},
		{"Ġab", true, 0, 3, 0, 0, 3}, // as if the blank were the one that was added
		{"abĠĠ", false, 1, 5, 1, 1, 3},
		{"ĠĠ", true, 3, 5, 2, 5, 5},
		{"Ġ", true, 0, 1, 0, 0, 0},
		{"Ġc", false, 5, 6, 3, 5, 6}, // its blank is not in the input
		{"ab", false, 0, 3, 0, 0, 3},
	} {
		got := byteLevelFile{Blank: c.blank}.trimmed(s, c.i, Token{Piece: c.piece, Start: c.start, End: c.end})
		if got.Start != c.wantStart || got.End != c.wantEnd {
			t.Errorf("%q at %d: got [%d %d], want [%d %d]", c.piece, c.start, got.Start, got.End, c.wantStart, c.wantEnd)
		}
	}
}

func TestByteAlphabet(t *testing.T) {
	seen := map[rune]bool{}
	for b := range 256 {
		r := byteRune(byte(b))
		if back, ok := runeByte(r); !ok || int(back) != b || seen[r] {
			t.Errorf("byte %d is %q, which is %d, %v", b, r, back, ok)
		}
		seen[r] = true
	}
	for r := range rune(1000) {
		if _, ok := runeByte(r); ok != seen[r] {
			t.Errorf("%q stands for a byte: got %v", r, ok)
		}
	}
}

func TestEncodingFields(t *testing.T) {
	e := goldenTokenizer(t, "bert").EncodePair("the word", "of")
	if got, want := e.Pieces(), []string{"[CLS]", "the", "word", "[SEP]", "of", "[SEP]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := e.Types(), []int{0, 0, 0, 0, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(e.IDs()) != len(e) || e[4].Input != 1 || e[5].Input != -1 {
		t.Errorf("got %+v", e)
	}
}

func BenchmarkEncode(b *testing.B) {
	page := strings.Join(readGolden[[]string](b, "texts.json"), " ")
	for _, name := range []string{"gpt2", "llama2", "bert", "t5"} {
		tok := goldenTokenizer(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				tok.Encode(page)
			}
		})
	}
}
