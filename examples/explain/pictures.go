package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/rules/heatmap"
)

type command = func(args []string, stdout, stderr io.Writer) error

// pictureCommands are the commands that work on pictures.
func pictureCommands() map[string]command {
	return map[string]command{"show-cmaps": showColorMaps, "palette-swap": paletteSwap, "palette-fit": paletteFit}
}

// colorFlags are the flags that name a color map.
type colorFlags struct {
	name   string
	colors heatmap.ColorMap
	level  float64
}

func (c *colorFlags) register(f *flag.FlagSet, prefix, otherwise string) {
	f.StringVar(&c.name, prefix+"cmap", otherwise, "the `colors`: "+strings.Join(heatmap.Names(), ", ")+", or a map such as 00f,80:fff,f00")
	f.Float64Var(&c.level, prefix+"level", 1, "the `contrast` of the colors")
}

func (c *colorFlags) check(prefix string) (err error) {
	if c.colors, err = heatmap.Named(c.name); err != nil {
		return fmt.Errorf("-%scmap: %w", prefix, err)
	}
	if c.level == 0 {
		return fmt.Errorf("-%slevel 0: want another number, since 0 leaves one color", prefix)
	}
	return flags.Finite(prefix+"level", c.level)
}

// parsePictures parses the flags of a command. The check follows.
func parsePictures(f *flag.FlagSet, args []string, stderr io.Writer, check func() error) error {
	err := flags.ParseSome(f, args, stderr)
	if err == nil {
		err = check()
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return &usageError{fmt.Errorf("%s: %w", f.Name(), err)}
}

// showColorMaps draws all color maps, or those that are named.
func showColorMaps(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("show-cmaps", flag.ContinueOnError)
	out := f.String("o", "cmaps.png", "the `picture` to write")
	level := f.Float64("level", 1, "the `contrast` of the colors")
	var maps []heatmap.ColorMap
	var names []string
	err := parsePictures(f, args, stderr, func() error {
		if names = f.Args(); len(names) == 0 {
			names = heatmap.Names()
		}
		for _, name := range names {
			m, err := heatmap.Named(name)
			if err != nil {
				return err
			}
			maps = append(maps, m)
		}
		return errors.Join(flags.File("o", *out), flags.Finite("level", *level))
	})
	if err != nil {
		return err
	}
	var panels []heatmap.Panel
	for i, m := range maps {
		bar, err := heatmap.Config{Map: m, Level: *level}.Bar(256, 32)
		if err != nil {
			return err
		}
		panels = append(panels, heatmap.Panel{Image: bar, Caption: names[i]})
	}
	all, err := heatmap.Sheet{Cols: 2}.Image(panels)
	if err != nil {
		return err
	}
	if err := writePNG(*out, all); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s\n", *out)
	return nil
}

// paletteSwap gives heat maps with a palette the colors of another map, in their files.
func paletteSwap(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("palette-swap", flag.ContinueOnError)
	var c colorFlags
	c.register(f, "", "coldnhot")
	err := parsePictures(f, args, stderr, func() error {
		if f.NArg() == 0 {
			return errors.New("want the PNG files whose palettes to swap")
		}
		return c.check("")
	})
	if err != nil {
		return err
	}
	for _, path := range f.Args() {
		img, err := picture.Read(path, fileLimit(0))
		if err != nil {
			return err
		}
		swapped, err := heatmap.Recolor(img, c.colors, c.level)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := writePNG(path, swapped); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "wrote %s\n", path)
	}
	return nil
}

// paletteFit finds the position of each pixel of a picture on a color map, and draws
// these positions in other colors, with a palette.
func paletteFit(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("palette-fit", flag.ContinueOnError)
	var from, to colorFlags
	from.register(f, "source-", "bwr")
	to.register(f, "", "coldnhot")
	strategy := f.String("strategy", "nearest", "how to find a pixel's `position` on the source map: "+strings.Join(fitNames(), ", "))
	invert := f.Bool("invert", false, "count positions from the other end")
	err := parsePictures(f, args, stderr, func() error {
		switch {
		case f.NArg() != 2:
			return errors.New("want two files: a picture to read and one to write")
		case !slices.Contains(fitNames(), *strategy):
			return fmt.Errorf("-strategy %s: want one of %s", flags.Quote(*strategy), strings.Join(fitNames(), ", "))
		}
		if err := from.check("source-"); err != nil {
			return err
		}
		return to.check("")
	})
	if err != nil {
		return err
	}
	img, err := picture.Read(f.Arg(0), fileLimit(0))
	if err != nil {
		return err
	}
	fitted := fit(img, from.colors.Palette(from.level), fits()[*strategy])
	if *invert {
		for i, v := range fitted.Pix {
			fitted.Pix[i] = 255 - v
		}
	}
	fitted.Palette = to.colors.Palette(to.level)
	if err := writePNG(f.Arg(1), image.Image(fitted)); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s\n", f.Arg(1))
	return nil
}
