package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sapa/internal/message"
)

func newTemplate(env *environment) *cobra.Command {
	return group("template", "templat pesan", newTemplateList(env), newTemplateShow(env))
}

func newTemplateList(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "daftar templat",
		Example: "  sapa template list",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			templates, err := message.List(cmd.Context(), db.Reader())
			if err != nil {
				return err
			}
			if asJSON {
				all := make([]templateJSON, len(templates))
				for i, t := range templates {
					all[i] = describeTemplate(t, env.locale())
				}
				return env.printJSON(all)
			}
			env.printTemplates(templates)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (e *environment) printTemplates(templates []message.Template) {
	e.say("%d templat.\n", "%d templates.\n", len(templates))
	table := columns{titles: []string{e.either("nama", "name"), e.either("versi", "version"), e.either("ragam", "variants"), e.either("untuk", "for")}, right: map[int]bool{1: true, 2: true}}
	for _, t := range templates {
		table.add(t.Name, fmt.Sprint(t.Version), fmt.Sprint(len(t.Variants)), t.Purpose)
	}
	table.print(e.stdout)
}

type templateJSON struct {
	Name     string       `json:"name"`
	Kind     message.Kind `json:"kind"`
	Title    string       `json:"title"`
	Purpose  string       `json:"purpose"`
	Version  int          `json:"version"`
	Author   string       `json:"author"`
	Required []string     `json:"required"`
	Variants []string     `json:"variants"`
	Warnings []string     `json:"warnings"`
}

func describeTemplate(t message.Template, locale string) templateJSON {
	d := templateJSON{
		Name: t.Name, Kind: t.Kind, Title: t.Title, Purpose: t.Purpose, Version: t.Version, Author: t.Author,
		Required: append([]string{}, t.Required...), Variants: []string{}, Warnings: []string{},
	}
	for _, v := range t.Variants {
		d.Variants = append(d.Variants, v.Text)
	}
	for _, w := range t.Warnings() {
		d.Warnings = append(d.Warnings, words{w.Code: {w.Indonesian, w.English}}.in(locale, w.Code))
	}
	return d
}

type fieldJSON struct {
	Name    string `json:"name"`
	In      string `json:"in,omitempty"`
	List    bool   `json:"list"`
	Meaning string `json:"meaning"`
	Example string `json:"example"`
}

func newTemplateShow(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show NAMA",
		Short:   "teks sebuah templat, isian wajibnya, dan daftar isian yang dikenal",
		Example: "  sapa template show jadwal",
		Args:    takes("NAMA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := env.DB(cmd.Context())
			if err != nil {
				return err
			}
			template, err := message.Find(cmd.Context(), db.Reader(), args[0])
			if err != nil {
				return err
			}
			described := describeTemplate(template, env.locale())
			if !asJSON {
				env.printTemplate(described)
				return nil
			}
			document, err := joinObjects(described, map[string]any{"fields": env.fields()})
			if err != nil {
				return err
			}
			return env.printJSON(document)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (e *environment) fields() []fieldJSON {
	fields := make([]fieldJSON, len(message.Fields))
	for i, f := range message.Fields {
		fields[i] = fieldJSON{f.Name, f.In, f.List, e.either(f.Indonesian, f.English), f.Example}
	}
	return fields
}

func (e *environment) printTemplate(t templateJSON) {
	e.write("%s (%s), %s %d\n%s", t.Title, t.Name, e.either("versi", "version"), t.Version, t.Purpose)
	for i, text := range t.Variants {
		e.say("\n── Ragam %d ──\n%s", "\n── Variant %d ──\n%s", i+1, strings.TrimRight(text, "\n"))
	}
	e.say("\nIsian wajib: %s", "\nRequired fields: %s", dash(list(t.Required)))
	for _, w := range t.Warnings {
		e.write("%s", w)
	}
	e.say("\nIsian yang dikenal (* sudah dipakai di sini):", "\nKnown fields (* used here):")
	table := columns{}
	for _, f := range e.fields() {
		mark := " "
		if slices.ContainsFunc(t.Variants, func(text string) bool { return usesField(text, f.Name) }) {
			mark = "*"
		}
		where := ""
		if f.In != "" {
			where = e.either("di dalam ", "inside ") + "{{#" + f.In + "}}"
		}
		table.add(mark+" {{"+f.Name+"}}", where, f.Meaning, f.Example)
	}
	table.print(e.stdout)
}

func usesField(text, name string) bool {
	for _, open := range []string{"{{", "{{#", "{{^"} {
		if strings.Contains(text, open+name+"}}") {
			return true
		}
	}
	return false
}
