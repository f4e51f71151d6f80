package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// expression draws a pattern without lookaround, which package regexp can match too.
func expression(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{"a", "b", "é", ".", "[ab]", "[^a]", `\s`, `\d`, `\PL`, "[b-d1]", "^", `\z`, "(?i:B)"}).Draw(t, "atom")
	}
	sub := func() string { return expression(t, depth-1) }
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return sub() + sub()
	case 1:
		return "(?:" + sub() + "|" + sub() + ")"
	case 2:
		count := rapid.SampledFrom([]string{"?", "*", "+", "??", "*?", "+?", "{2}", "{1,2}", "{0,2}?", "{2,}"}).Draw(t, "count")
		return "(?:" + rapid.SampledFrom([]string{"a", "b", "[ab]", "é|ab", "ab|a", "b.", `\s`}).Draw(t, "body") + ")" + count
	case 3:
		return "(" + sub() + ")"
	}
	return sub()
}

func TestPatternsAreThoseOfRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.ReplaceAll(expression(t, 3), `\PL`, `\P{L}`)
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aabbéABcd1 \n")), 0, 12, -1).Draw(t, "text")
		prog, err := compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile("(?m)"+pattern).FindAllStringIndex(text, -1)
		var got [][]int
		for _, c := range prog.cut(text) {
			if c.match {
				got = append(got, []int{c.start, c.end})
			}
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q in %q: got %v, want %v", pattern, text, got, want)
		}
	})
}

// Cuts cover the text in order, whatever the pattern.
func TestCutsCover(t *testing.T) {
	prog, err := compile(gptPattern)
	if err != nil {
		t.Fatal(err)
	}
	finders := []finder{prog, literal("a"), runes(isPunctuation), findWith(wordKinds)}
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		for _, f := range finders {
			at := 0
			for _, c := range f.cut(text) {
				if c.start != at || c.end < c.start {
					t.Fatalf("%q: %v after %d", text, c, at)
				}
				at = c.end
			}
			if at != len(text) {
				t.Fatalf("%q: cuts end at %d", text, at)
			}
		}
	})
}

func TestLookaround(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          []string
	}{
		{`\s+(?!\S)|\s+`, "a   b  ", []string{"  ", " ", "  "}},
		{`\d{1,3}(?=(?:\d{3})*\b)`, "1234567 89", []string{"1", "234", "567", "89"}},
		{`(?<=a)b`, "ab bb", []string{"b"}},
		{`(?<!a|é)b`, "ab bb éb", []string{"b", "b"}},
		{`(?>a+)ab|b`, "aaab", []string{"b"}},
		{`a++ab|b`, "aaab", []string{"b"}},
		{`(?i:a)b`, "AB Ab", []string{"Ab"}},
		{`(?:(?i)a|c)b`, "AB Cb", []string{"Cb"}},
		{`(?i)straSSE`, "STRASSE", []string{"STRASSE"}},
		{`\bt\w*?e\b`, "the tree stands", []string{"the", "tree"}},
		{`[[:alpha:]&&]`, "", nil},
		{`[\]a-]+`, "-a]b", []string{"-a]"}},
		{`a{,2}b`, "aaab", []string{"aab"}},
		{`a{x}`, "a{x}", []string{"a{x}"}},
		{`\x41\x{1F642}\u00e9\n`, "A🙂é\n", []string{"A🙂é\n"}},
	} {
		prog, err := compile(c.pattern)
		if err != nil {
			if c.want != nil {
				t.Errorf("%s: %v", c.pattern, err)
			}
			continue
		}
		var got []string
		for _, m := range prog.cut(c.text) {
			if m.match {
				got = append(got, c.text[m.start:m.end])
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s in %q: got %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

// A pattern that needs exponential time when places are tried again and again needs a
// step for each instruction and place.
func TestPatternsAreFast(t *testing.T) {
	text := strings.Repeat("a", 3000)
	for _, pattern := range []string{`(?:a+)+b`, `(?:a|a)*b`, `(?:a*)*b`, `(?:a?){300}a{300}b`, `(?=(?:a+)+b)c`} {
		prog, err := compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		m := newMatcher(prog, text)
		if s, ok := m.find(0); ok {
			t.Errorf("%s matches at %v", pattern, s)
		}
		if limit := prog.slots * (len(text) + 1); len(m.marks) > limit {
			t.Errorf("%s: %d steps, more than %d", pattern, len(m.marks), limit)
		}
	}
}

func TestPatternErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"(a":                     `pattern "(a": at byte 2: a ( without its )`,
		"a)":                     `pattern "a)": at byte 1: a ) without its (`,
		"[a":                     `pattern "[a": at byte 2: a [ without its ]`,
		"*a":                     `pattern "*a": at byte 0: nothing for '*' to repeat`,
		`\q`:                     `pattern "\\q": at byte 2: escape \q is not supported`,
		`\p{Klingon}`:            `pattern "\\p{Klingon}": at byte 2: \p{Klingon} is not a Unicode category or script`,
		`\pL`:                    `pattern "\\pL": at byte 2: \p has no {name}`,
		`\x{zz}`:                 `pattern "\\x{zz}": at byte 6: "zz" is not a character's number`,
		"(?<name>a)":             `pattern "(?<name>a)": at byte 0: this kind of group is not supported`,
		"a{3,2}":                 `pattern "a{3,2}": at byte 1: count {3,2} is not possible`,
		"[b-a]":                  `pattern "[b-a]": at byte 4: a range in a class has no end, or one before its start`,
		"[a&&b]":                 `pattern "[a&&b]": at byte 2: && in a class is not supported`,
		"[[:no:]]":               `pattern "[[:no:]]": at byte 1: [: is not followed by the name of a class and :]`,
		"(?<=a*)b":               `pattern "(?<=a*)b": what (?<= or (?<! looks for has no fixed number of characters`,
		"(?:(?:a{99}){99}){99}":  `pattern "(?:(?:a{99}){99}){99}": the pattern has more than 4000 instructions once its counts are written out`,
		strings.Repeat("(", 99):  `pattern "` + strings.Repeat("(", 99) + `": at byte 64: groups are nested more than 64 deep`,
		strings.Repeat("[a", 99): `pattern "` + strings.Repeat("[a", 99) + `": at byte 126: classes are nested more than 64 deep`,
		"\xff":                   "pattern \"\\xff\": it is not UTF-8",
	} {
		if _, err := compile(pattern); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", pattern, err, want)
		}
	}
}

// Empty bodies take no time, however often they are repeated.
func TestEmptyRepetition(t *testing.T) {
	prog, err := compile("(((){4000}){4000}){4000}a")
	if err != nil {
		t.Fatal(err)
	}
	if got := prog.cut("ba"); len(got) != 2 || !got[1].match {
		t.Errorf("got %v", got)
	}
}
