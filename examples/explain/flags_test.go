package main

import (
	"io"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/flags/flagtest"
)

func FuzzFlags(f *testing.F) {
	flagtest.Fuzz(f, func(args []string, w io.Writer) error {
		_, err := parse(args, w)
		return err
	}, "-target\n7\n3", "-input\nexplain.png", "-input\n/dev/zero", "-composite=epsilon_plus,all\n-attributor=occlusion\n-cmap=bwr\n-window=2,2",
		"-cmap\n00f,80:fff,f00\n-o\nx.png", "-shard\n2/3\n-max-samples\n5\n-resume", "-mean\n1,2,3\n-std\n1\n-order\nbgr", "-gamma\nNaN\n-low\nInf",
		"-arch\nvgg16\n-weights\nx", "-memory\n1e99GB", "-target\nbox:1,2,3,4:5", "-epsilon\n-1")
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int{"": 0, "1": 1, "500": 500, "1kb": 1024, "2.5MB": 2621440, "3GB": 3 << 30} {
		if got, err := parseBytes(text); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "-1", "x", "GB", "NaN", "1e99GB", "1TB"} {
		if _, err := parseBytes(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args string // with blanks between them
		want string
	}{
		{"-composite epsilon_pluss", "the nearest are epsilon_plus"},
		{"-attributor magic", `no attributor is named "magic"`},
		{"-attributor gradcam", "by -layer"},
		{"-attributor expectedgradients", "by -baselines"},
		{"-canonizer merge", "-canonizer: no canonizer is named"},
		{"-cmap bwrr", "-cmap"},
		{"-level NaN", "-level NaN: want a finite number"},
		{"-relevance-norm none", `-relevance-norm "none": want one of symmetric`},
		{"-target step:1", `-target "step:1": want step:STEP:CLASS`},
		{"-baseline green", `-baseline "green": want blank, mean or a number`},
		{"-arch resnet19 -weights x", "resnet1"},
		{"-arch resnet18", "-arch and -weights go together"},
		{"-model x -arch resnet18 -weights y", "-model stands alone"},
		{"-model-output x", "are about a -model"},
		{"-weights x", "-arch and -weights go together"},
		{"-order rbg", "-order"},
		{"-mean 1,2", "mean"},
		{"-mean 1;2", "want numbers with commas"},
		{"-crop -5", "-crop -5: want 0 to 65536 pixels"},
		{"-scale NaN", "scale"},
		{"-layout chw", "nchw"},
		{"-filter x", "lanczos"},
		{"-activation relu", `-activation "relu": want one of softmax`},
		{"-shard 4/3", `-shard "4/3": want a shard such as 2/3`},
		{"-shard x", "want a shard"},
		{"-max-samples -1", "-max-samples -1: want at least 1"},
		{"-batch-size 0", "-batch-size 0: want 1 to"},
		{"-memory lots", `-memory "lots": want a number of bytes`},
		{"-samples 0", "-samples 0: want 1 to"},
		{"-noise 0", "-noise 0: want a finite number"},
		{"-window 0", "want whole numbers from 1 on"},
		{"-low x", "invalid value"},
		{"-gamma NaN", "-gamma NaN: want a finite number"},
		{"-epsilon -1", "want a number of at least 0"},
		{"-resume -o x.png", "-resume needs a folder"},
		{"-o x.png 1 2", `-o "x.png": want the name of a folder for 2 inputs`},
		{"-nosuchflag", "flag provided but not defined"},
		{"show-cmaps bwrr", "bwrr"},
		{"palette-swap", "palette-swap: want the PNG files"},
		{"palette-swap -level 0 x", "-level 0"},
		{"palette-fit a", "want two files"},
		{"palette-fit -strategy x a b", `-strategy "x": want one of histogram`},
		{"palette-fit -source-cmap x a b", "-source-cmap"},
	} {
		code, _, errs := runIn(t, t.TempDir(), strings.Fields(c.args)...)
		if code != exitUsage || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: got %d and %q, want one line with %s", c.args, code, errs, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"palette-fit", "-h"}, {"show-cmaps", "-h"}} {
		code, _, errs := runIn(t, t.TempDir(), args...)
		if code != exitDone || !strings.Contains(errs, "-cmap") && !strings.Contains(errs, "-level") {
			t.Errorf("%v: got %d and %q", args, code, errs)
		}
	}
}

// Flags and inputs come in any order.
func TestOrderOfArguments(t *testing.T) {
	for args, want := range map[string]string{
		"a -level 2 b -input c d": "a b c d", "-level 2 a -- b -level": "a b -level", "-- -level": "-level", "": "",
	} {
		s, err := parse(strings.Fields(args), io.Discard)
		if got := strings.Join(s.inputs, " "); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", args, got, err, want)
		}
	}
}

// Records of earlier runs count only if all flags that change results are the same.
func TestFingerprintTellsSettingsApart(t *testing.T) {
	seen := map[string]string{}
	for _, args := range []string{
		"", "-composite epsilon_plus", "-composite epsilon_plus,none", "-attributor occlusion", "-canonizer none", "-low -1", "-high 2", "-window 2,2",
		"-stride 1", "-epsilon 0.1", "-stabilizer 0.1", "-gamma 0.5", "-target 3", "-seed 7", "-cmap hot", "-level 2", "-no-bias", "-samples 3",
	} {
		s, err := parse(strings.Fields(args), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[s.fingerprint]; ok {
			t.Errorf("%q and %q have the fingerprint %q", args, other, s.fingerprint)
		}
		seen[s.fingerprint] = args
	}
}
