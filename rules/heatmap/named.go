package heatmap

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
)

var known = [...]struct{ name, source string }{
	{"gray", "000,fff"},
	{"wred", "fff,f00"},
	{"wblue", "fff,00f"},
	{"hot", "000,f00,ff0,fff"},
	{"cold", "000,00f,0ff"},
	{"coldnhot", "0ff,00f,80:000,f00,ff0,fff"},
	{"bwr", "00f,80:fff,f00"},
	{"france", "0055a4,80:fff,ef4135"},
	{"seismic", "0000d0,80:d0d0d0,d00000"},
	{"coolio", "00d0d0,80:d0d0d0,d000d0"},
	{"coleus", "00d000,80:d0d0d0,d000d0"},
}

// Names returns the names that [Named] knows, in a fixed order.
func Names() []string {
	var names []string
	for _, k := range known {
		names = append(names, k.name)
	}
	return names
}

// Named returns the color map of that name. For signed relevance with a symmetric norm
// there are bwr, coldnhot, france, seismic, coolio and coleus, whose middle is neutral.
// For values of one sign there are gray, hot, cold, wred and wblue. A text with a comma
// or a colon is taken for a source and given to [Parse]. The error for an unknown name
// suggests the nearest known ones.
func Named(name string) (ColorMap, error) {
	for _, k := range known {
		if k.name == name {
			return Parse(k.source)
		}
	}
	if strings.ContainsAny(name, ",:") {
		return Parse(name)
	}
	return ColorMap{}, fmt.Errorf("heatmap: no color map is named %s; the nearest are %s; "+
		"a source such as \"00f,80:fff,f00\" is also accepted", quote(name), strings.Join(spelling.Nearest(strings.ToLower(name), Names(), 3), ", "))
}
