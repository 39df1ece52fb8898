package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sapa/internal/fault"
)

// Arrival is one message that reached the server and was passed on.
type Arrival struct {
	ID    string    `json:"id"`
	To    string    `json:"to"` // E.164
	At    time.Time `json:"at"` // UTC, milliseconds
	Text  string    `json:"-"`  // empty for what comes from the journal
	Quote string    `json:"-"`
	Again bool      `json:"-"` // this number had this id already: its phone shows nothing new
}

// journal is the file of arrivals, one line of JSON each: a record of what left
// that does not depend on our database. Its folder must exist. The file is opened
// for each line, so that there is nothing to close.
type journal struct {
	path string // empty: nothing is kept
	torn bool   // the file ends in a line that a kill left unfinished
	good int64  // bytes before that line
}

// add appends one arrival and returns when it is on the disk.
func (j *journal) add(a Arrival) error {
	if j.path == "" {
		return nil
	}
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("simulator: write an arrival: %w", err)
	}
	if err := j.cutTorn(); err != nil {
		return err
	}
	file, err := os.OpenFile(j.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("simulator: open the journal: %w", err)
	}
	return errors.Join(appendSynced(file, append(line, '\n')), file.Close())
}

// cutTorn removes an unfinished last line before the next one is written: its
// Send never returned.
func (j *journal) cutTorn() error {
	if !j.torn {
		return nil
	}
	if err := os.Truncate(j.path, j.good); err != nil {
		return fmt.Errorf("simulator: cut the torn line off the journal: %w", err)
	}
	j.torn = false
	return nil
}

// appendSynced adds one line whole or, as far as the disk allows, not at all: a
// half line would spoil the next one.
func appendSynced(file *os.File, line []byte) error {
	before, err := file.Stat()
	if err != nil {
		return fmt.Errorf("simulator: write an arrival: %w", err)
	}
	if _, err := file.Write(line); err != nil {
		return errors.Join(fmt.Errorf("simulator: write an arrival: %w", err), os.Truncate(file.Name(), before.Size()))
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("simulator: sync the journal: %w", err)
	}
	if before.Size() == 0 {
		return syncFolder(filepath.Dir(file.Name()))
	}
	return nil
}

// syncFolder makes a new file survive a power cut. Windows cannot sync a folder
// and needs not to.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("simulator: sync the folder of the journal: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("simulator: sync the folder of the journal: %w", err)
	}
	return nil
}

// read returns all arrivals but one whose line was left unfinished.
func (j *journal) read() ([]Arrival, error) {
	if j.path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("simulator: read the journal: %w", err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	j.torn, j.good = len(whole) < len(text), int64(len(whole))
	return parse(whole)
}

func parse(text []byte) ([]Arrival, error) {
	var arrivals []Arrival
	number := 0
	for line := range bytes.Lines(text) {
		number++
		var a Arrival
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, damaged(number).Because(err)
		}
		if a.ID == "" || a.To == "" || a.At.IsZero() {
			return nil, damaged(number)
		}
		arrivals = append(arrivals, a)
	}
	return arrivals, nil
}

func damaged(line int) *fault.Error {
	return fault.New("simulator_journal_damaged",
		"Catatan simulator (simulator.jsonl) rusak pada baris %d; pindahkan berkas itu ke tempat lain, lalu jalankan lagi.",
		"The simulator's record (simulator.jsonl) is damaged at line %d; move that file away and start again.", line)
}
