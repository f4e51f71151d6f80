package heatmap

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestParseErrorsNameTheColumn(t *testing.T) {
	for source, want := range map[string]string{
		"":               `color map "": column 1: found the end, want a color of 3 or 6 hexadecimal digits`,
		"fff":            `column 4: the map ends after one color, want at least two`,
		"fff,":           `column 5: found the end, want a color`,
		",fff,000":       `column 1: found ",", want a color`,
		"fff;000":        `column 4: found ";" after a color, want a comma or the end`,
		"fff 000":        `column 5: found "000" after a color`,
		"00f, ggg":       `column 6: found "ggg", want a color`,
		"fffff,fffff":    `column 1: found "fffff", want a color`,
		"111:111:111":    `column 1: found "111" before a colon, want an index of 1 or 2 hexadecimal digits`,
		"0g:111,222":     `column 1: found "0g" before a colon`,
		"::,fff":         `column 1: found ":" before a colon`,
		"fff,80::000":    `column 8: found ":", want a color`,
		"ff:":            `column 4: found the end, want a color`,
		"ff:fff, 00:000": `column 9: index 00 is below the index ff before it`,
		"8:fff,f00,1:00": `column 11: index 11 is below the index 88 before it`,
		"fff,äöü":        `column 5: found "ä", want a color`,
		"äöü,fff":        `column 1: found "ä", want a color`,
		"fff,000ß":       `column 8: found "ß" after a color`,
		"\u00a0fff,ggg":  `column 6: found "ggg"`,
		"+ff,-12":        `column 1: found "+", want a color`,
		"0x1,fff":        `column 1: found "0x1", want a color`,
		"1_2,fff":        `column 1: found "1", want a color`,
	} {
		_, err := Parse(source)
		expectError(t, err, "heatmap: color map ", want)
	}
}

func TestStopsAreWhereTheSourceSays(t *testing.T) {
	for source, want := range map[string][]int{
		"000,fff":                                       {0, 255},
		"000,111,222,fff":                               {0, 85, 170, 255},
		"\t8 : 000 ,\n00000f, FfF":                      {0x88, 0xc3, 255},
		"7:000,9:fff":                                   {0x77, 0x99},
		"000,8:111,8:222,333":                           {0, 0x88, 0x88, 255},
		"80:000,111,222,333,80:444":                     {128, 128, 128, 128, 128},
		"fe:000,111,222,333,ff:444":                     {254, 254, 254, 254, 255},
		"000,111,222,333,444,01:555":                    {0, 0, 0, 0, 0, 1},
		"000,111,222,333,444,ff:5555":                   nil,
		"07:000,111,222,333,444,555,666,777,888,07:fff": {7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, // 7·8/9 + 7/9 < 7
	} {
		m, err := Parse(source)
		var got []int
		for _, s := range m.stops {
			got = append(got, s.index)
		}
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: stops at %v, error %v, want %v", source, got, err, want)
		}
	}
}

func TestAt(t *testing.T) {
	edge := Must(Parse("20:000, 80:300, 80:00f, c0:0ff"))
	for _, c := range []struct {
		x    float64
		want [3]float64
	}{
		{math.Inf(-1), [3]float64{}},
		{-3, [3]float64{}},
		{0, [3]float64{}},
		{0x20 / 255., [3]float64{}},
		{0x50 / 255., [3]float64{0.1, 0, 0}},
		{math.Nextafter(0x80/255., 0), [3]float64{0.2, 0, 0}},
		{0x80 / 255., [3]float64{0, 0, 1}}, // the last color of a hard edge
		{0xa0 / 255., [3]float64{0, 0.5, 1}},
		{1, [3]float64{0, 1, 1}},
		{math.Inf(1), [3]float64{0, 1, 1}},
	} {
		got := edge.At(c.x)
		expectClose(t, "At", got[:], c.want[:])
	}
}

func TestZeroColorMapIsBWR(t *testing.T) {
	var zero ColorMap
	named := Must(Named("bwr"))
	if zero.String() != named.String() || !slices.Equal(zero.Palette(1), named.Palette(1)) || zero.At(0.3) != named.At(0.3) {
		t.Errorf("the zero ColorMap is %q, want %q", zero, named)
	}
}

func TestPaletteLevels(t *testing.T) {
	for _, name := range Names() {
		m := Must(Named(name))
		straight, turned := m.Palette(1), m.Palette(-1)
		slices.Reverse(turned)
		if !slices.Equal(straight, turned) {
			t.Errorf("%s: level -1 is not level 1 backwards", name)
		}
		steep := m.Palette(math.Inf(1))
		if steep[127] != straight[0] || steep[128] != straight[255] {
			t.Errorf("%s: an infinite level is not a step in the middle", name)
		}
	}
	for i, v := range paletteBytes(Must(Named("gray")).Palette(1)) {
		if int(v) != i/3 {
			t.Fatalf("gray: byte %d is %d, want %d", i, v, i/3)
		}
	}
}

func TestNaNHasNoColor(t *testing.T) {
	for name, f := range map[string]func(){
		"At(NaN)":      func() { ColorMap{}.At(math.NaN()) },
		"Palette(NaN)": func() { ColorMap{}.Palette(math.NaN()) },
		"column 4":     func() { Must(Parse("fff")) },
	} {
		expectPanic(t, name, f)
	}
}

func expectPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		message := recover()
		if err, ok := message.(error); ok {
			message = err.Error()
		}
		if text, ok := message.(string); !ok || !strings.Contains(text, want) {
			t.Errorf("panic %v, want one with %q", message, want)
		}
	}()
	f()
}

// A long source is refused as soon as it is too long. No error quotes more than 100 bytes
// of it twice.
func TestLongSources(t *testing.T) {
	most := strings.Repeat("000,", mostColors-1) + "fff"
	if m, err := Parse(most); err != nil || len(m.stops) != mostColors {
		t.Errorf("%d colors: %v", mostColors, err)
	}
	_, err := Parse(most + ",000")
	expectError(t, err, "column 2048: the map goes on after 512 colors, the most it can have")
	long := strings.Repeat("f", 1<<20)
	for _, source := range []string{long, long + ",", "fff," + long, strings.Repeat("fff,", 1<<20), long + ":fff,fff", "fff" + strings.Repeat(" ", 1<<20) + ";"} {
		var err error
		used := allocated(func() { _, err = Named(source) })
		if err == nil || len(err.Error()) > 350 || used > 2<<20 {
			t.Errorf("%.20q: %d bytes of memory, error %.400v", source, used, err)
		}
	}
}

func TestNamed(t *testing.T) {
	m, err := Named("000, f00")
	if err != nil || m.String() != "000, f00" {
		t.Errorf("a source: %q, %v", m, err)
	}
	_, err = Named("000,f0")
	expectError(t, err, `color map "000,f0": column 5`)
	for name, want := range map[string]string{
		"seismik":  "the nearest are seismic, ",
		"BWR":      "the nearest are bwr, ",
		"cold hot": "the nearest are coldnhot, cold, ",
		"grey":     "the nearest are gray, ",
		"":         "the nearest are ",
	} {
		_, err := Named(name)
		expectError(t, err, "heatmap: no color map is named", want, "00f,80:fff,f00")
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range readCases[mapCase](f, "cmaps.json") {
		f.Add(c.Source)
	}
	f.Add("80:000,111,222,333,80:444")
	f.Fuzz(func(t *testing.T, source string) {
		m, err := Parse(source)
		if err != nil {
			expectError(t, err, "column ")
			if len(err.Error()) > 1000 {
				t.Fatalf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		if m.String() != source || len(m.stops) < 2 {
			t.Fatalf("%q became %q with %d stops", source, m, len(m.stops))
		}
		ascending := slices.IsSortedFunc(m.stops, func(a, b stop) int { return a.index - b.index })
		if !ascending || m.stops[0].index < 0 || m.stops[len(m.stops)-1].index > 255 {
			t.Fatalf("%q: stops %v are not ascending in 0..255", source, m.stops)
		}
		for x := -0.25; x <= 1.25; x += 1. / 64 {
			for _, v := range m.At(x) {
				if !(v >= -1e-12 && v <= 1+1e-12) {
					t.Fatalf("%q: At(%v) = %v", source, x, m.At(x))
				}
			}
		}
	})
}
