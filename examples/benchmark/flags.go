package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

// options are the checked values of the flags.
type options struct {
	jobs                []job
	list, json, profile bool
	runs, threads       int
}

// The largest numbers that flags may give. Each run needs memory for its time, and each
// thread needs resources of the system.
const (
	mostRuns    = 1_000_000
	mostThreads = 1024
)

func parse(args []string, w io.Writer) (o options, err error) {
	f := flag.NewFlagSet("benchmark", flag.ContinueOnError)
	var patterns []string
	f.Func("job", "`name` of a job, or a pattern with * for any characters and ? for one; may be given several times", func(s string) error {
		patterns = append(patterns, s)
		return nil
	})
	f.BoolVar(&o.list, "list", false, "print the names of the jobs and run none")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each job")
	f.BoolVar(&o.profile, "profile", false, "print what compilation did and the time of each step instead")
	f.IntVar(&o.runs, "n", 5, "the number of `runs` that are timed")
	f.IntVar(&o.threads, "threads", runtime.GOMAXPROCS(0), "the number of `threads` that compute")
	if err := flags.Parse(f, args, w); err != nil {
		return o, err
	}
	err = cmp.Or(flags.Whole("n", o.runs, 1, mostRuns, "runs"), flags.Whole("threads", o.threads, 1, mostThreads, "threads"))
	if err != nil {
		return o, err
	}
	if len(patterns) == 0 && !o.list {
		return o, fmt.Errorf("no job is named: give -job NAME, or -list to see the names")
	}
	o.jobs, err = chosen(patterns)
	return o, err
}

// chosen returns the jobs that match one of the patterns, in the order of the list.
// Without patterns it returns all jobs.
func chosen(patterns []string) ([]job, error) {
	all := jobs()
	if len(patterns) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	for _, p := range patterns {
		expr, err := matcher(p)
		if err != nil {
			return nil, err
		}
		found := false
		for _, j := range all {
			if expr.MatchString(j.name) {
				wanted[j.name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("-job %s: there is no such job; the nearest are %s (-list names all)", flags.Quote(p), strings.Join(spelling.Nearest(p, names(all), 3), ", "))
		}
	}
	return slices.DeleteFunc(all, func(j job) bool { return !wanted[j.name] }), nil
}

// matcher returns a pattern as a regular expression. Its * matches slashes, too.
func matcher(pattern string) (*regexp.Regexp, error) {
	quoted := regexp.QuoteMeta(pattern)
	expr, err := regexp.Compile("^" + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted) + "$")
	if err != nil {
		return nil, fmt.Errorf("-job %s: a name is UTF-8 and not so long", flags.Quote(pattern))
	}
	return expr, nil
}

// benchmark runs the jobs, or lists them.
func benchmark(w io.Writer, o options) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(o.threads))
	for _, j := range o.jobs {
		if o.list {
			fmt.Fprintln(w, j.name)
			continue
		}
		if o.profile {
			text, err := profile(j, o.runs)
			if err != nil {
				return fmt.Errorf("%s: %w", j.name, err)
			}
			fmt.Fprintf(w, "%s\n%s", j.name, text)
			continue
		}
		r, err := measure(j, o.runs)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		if err := r.print(w, o.json); err != nil {
			return err
		}
	}
	return nil
}

func (r result) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := fmt.Fprintf(w, "%-34s median %10.3f ms   least %10.3f ms   spread %5.1f %%   peak %5d MB\n",
		r.Job, 1e3*r.Median, 1e3*r.Min, 100*r.Spread, r.Peak)
	return err
}

func names(jobs []job) []string {
	var out []string
	for _, j := range jobs {
		out = append(out, j.name)
	}
	return out
}
