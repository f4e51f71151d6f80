// Command mutate plants faults in the module, one at a time, and runs the tests that
// should see them: an operator exchanged, a condition negated, a number changed, a
// statement left out, arguments swapped, a result zeroed. A mutant that no test catches
// shows what the tests do not look at.
//
//	go run ./internal/testutil/mutate -n 200 -seed 1 | tee mutants.txt
//
// Those of a run that survived meet the tests again, once there are more of them, with
//
//	grep SURVIVED mutants.txt > survivors.txt
//	go run ./internal/testutil/mutate -only survivors.txt
//
// The tree is left alone: the go command is told of the mutated file by -overlay. Each
// mutant meets the short tests of its own package and then, cheapest first, those of the
// packages that import it. It prints one line for each survivor and ends with counts. It
// exits with status 1 if fewer than -least per cent of the mutants that are not judged
// equivalent are caught.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"
)

// kernels are the rooms of internal/kernel.
const kernels = "internal/kernel/array,internal/kernel/parallel,internal/kernel/scratch,internal/kernel/elementwise,internal/kernel/layout," +
	"internal/kernel/random,internal/kernel/pool,internal/kernel/gemm,internal/kernel/conv,internal/kernel/winograd"

func main() {
	n := flag.Int("n", 20, "how many mutants that compile to plant")
	seed := flag.Uint64("seed", 1, "seed of the choice")
	packages := flag.String("packages", "trace,fn,transforms,transforms/internal/opt,transforms/internal/exec,rules,"+kernels, "folders to plant in")
	timeout := flag.Duration("timeout", 5*time.Minute, "time limit of one package's tests; what takes longer is caught")
	memory := flag.Int("memory", 8, "address space of one test in GiB; what needs more is caught")
	judged := flag.String("judged", "internal/testutil/mutate/judged.txt", "list of survivors that are judged equivalent")
	least := flag.Float64("least", 95, "least percentage to be caught")
	only := flag.String("only", "", "file with lines that an earlier run printed: plant just the mutants that it names")
	verbose := flag.Bool("v", false, "print those caught too")
	flag.Parse()
	r := &run{timeout: *timeout, memory: *memory, verbose: *verbose}
	if err := r.all(*n, *seed, strings.Split(*packages, ","), *judged, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	fmt.Println(r.counts)
	if r.counts.share() < *least {
		os.Exit(1)
	}
}

// counts is what became of the mutants.
type counts struct {
	planted, caught, late, survived, judged, broken int
}

// share is the percentage caught of those that are not judged equivalent.
func (c counts) share() float64 {
	return 100 * float64(c.caught) / float64(max(1, c.planted-c.judged))
}

func (c counts) String() string {
	return fmt.Sprintf("planted %d: caught %d (%d by time or memory), survived %d, judged equivalent %d; %d more did not compile\ncaught %.1f %% of those not equivalent",
		c.planted, c.caught, c.late, c.survived, c.judged, c.broken, c.share())
}

// all plants n mutants that compile, or those that a file names.
func (r *run) all(n int, seed uint64, folders []string, judged, only string) error {
	equivalent, err := readJudged(judged)
	if err != nil {
		return err
	}
	mutants := map[string][]mutant{}
	for _, f := range folders {
		if mutants[f], err = plant(f); err != nil {
			return err
		}
	}
	if only != "" {
		return r.again(folders, mutants, equivalent, only)
	}
	if err := r.prepare(folders); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for r.counts.planted < n {
		folder := folders[random.IntN(len(folders))]
		list := mutants[folder]
		if len(list) == 0 {
			return fmt.Errorf("%s: no mutants are left", folder)
		}
		i := random.IntN(len(list))
		m := list[i]
		mutants[folder] = append(list[:i:i], list[i+1:]...)
		if err := r.meet(m, folder, equivalent); err != nil {
			return err
		}
	}
	return nil
}

// again plants the mutants that the lines of a file name, as they were printed.
func (r *run) again(folders []string, mutants map[string][]mutant, equivalent map[string]string, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	named := func(m mutant) bool { return strings.Contains(string(text), ": "+m.String()+"\n") }
	folders = slices.DeleteFunc(folders, func(f string) bool { return !slices.ContainsFunc(mutants[f], named) })
	if err := r.prepare(folders); err != nil {
		return err
	}
	for _, f := range folders {
		for _, m := range mutants[f] {
			if !named(m) {
				continue
			}
			if err := r.meet(m, f, equivalent); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet runs the tests on one mutant and counts it.
func (r *run) meet(m mutant, folder string, equivalent map[string]string) error {
	out, by, err := r.test(m, folder)
	if err != nil {
		return err
	}
	if out == broken {
		r.counts.broken++
		return nil
	}
	r.counts.planted++
	switch out {
	case caught, late:
		r.counts.caught++
		if out == late {
			r.counts.late++
		}
		if r.verbose {
			fmt.Printf("caught by %s: %s\n", by, m)
		}
	case alive:
		if reason, ok := equivalent[m.key()]; ok {
			r.counts.judged++
			fmt.Printf("equivalent: %s: %s\n", m, reason)
			return nil
		}
		r.counts.survived++
		fmt.Printf("SURVIVED: %s\n", m)
	}
	return nil
}
