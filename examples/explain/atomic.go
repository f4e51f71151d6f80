package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// pending is a file that gets its name once it is complete.
type pending struct {
	*bufio.Writer
	file *os.File
	path string
}

// create begins a file beside the place where it will be, and makes the folder.
func create(path string) (*pending, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	return &pending{bufio.NewWriter(f), f, path}, nil
}

// commit gives the file its name. If anything fails, no file is left.
func (p *pending) commit() error {
	err := p.Flush()
	if err == nil {
		err = p.file.Chmod(0o644)
	}
	if closed := p.file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(p.file.Name(), p.path)
	}
	if err != nil {
		os.Remove(p.file.Name())
	}
	return err
}

// abort removes the file.
func (p *pending) abort() {
	p.file.Close()
	os.Remove(p.file.Name())
}

// writeFile writes a file as a whole or not at all.
func writeFile(path string, write func(w io.Writer) error) error {
	p, err := create(path)
	if err != nil {
		return err
	}
	if err := write(p); err != nil {
		p.abort()
		return err
	}
	return p.commit()
}
