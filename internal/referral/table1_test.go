package referral

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sapa/internal/fault"
	"sapa/internal/store"
)

func table1(t testing.TB, db *store.DB, question Question) Table {
	t.Helper()
	table, err := Table1(t.Context(), db.Reader(), question)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTable1IsTheStudys(t *testing.T) {
	db := newHospital(t)
	imported(t, db, read(t, db, "testdata/rujukan_bulanan.csv", Options{}))
	table := table1(t, db, Question{Years: []int{2022, 2023}, Top: 10})
	var got []string
	for _, line := range table.Lines {
		got = append(got, fmt.Sprintf("%s %s %d %d %s", line.Code, line.Name, line.Years[0].Count, line.Years[1].Count, line.Change.Indonesian()))
		if fmt.Sprint(line.Years[1].Projected) != "[2023-11 2023-12]" || len(line.Years[0].Projected) != 0 || len(line.Years[0].Missing)+len(line.Years[1].Missing) != 0 {
			t.Errorf("%s: %+v", line.Name, line.Years)
		}
	}
	want := []string{
		"07030101 Puskesmas Arga Makmur 1558 1891 +21,37%",
		"07030102 Puskesmas Perumnas 773 966 +24,97%",
		"07030103 Puskesmas Air Lais 767 835 +8,87%",
		"07030104 Puskesmas Lais 415 449 +8,19%",
		"07030105 Puskesmas Kemumu 336 549 +63,39%",
		"07030106 Puskesmas Air Bintunan 263 266 +1,14%",
		"07030107 Puskesmas Hulu Palik 216 248 +14,81%",
		"07030108 Puskesmas Dusun Curup 206 263 +27,67%",
		"07030109 Puskesmas Lubuk Durian 204 324 +58,82%",
		"0703U001 dr. Rama Shinta 125 271 +116,8%",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	sums := fmt.Sprint(table.Total, " ", table.Mean[0].Indonesian(), " ", table.Mean[1].Indonesian(), " ", table.Change.Indonesian())
	if want := "[4863 6062] 486,3 606,2 +24,66%"; sums != want {
		t.Errorf("sums %s, want %s", sums, want)
	}
}

func TestChangeIsRoundedExactly(t *testing.T) {
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{1558, 1891, "+21,37%"},
		{125, 271, "+116,8%"},
		{100, 150, "+50%"},
		{100, 100, "0%"},
		{100, 96, "-4%"},
		{8, 7, "-12,5%"},
		{3, 2, "-33,33%"},
		{3, 5, "+66,67%"},
		{800, 801, "+0,13%"},     // 0.125 exactly: away from zero
		{800, 799, "-0,13%"},     // the same below
		{20000, 20001, "+0,01%"}, // 0.005 exactly
		{1000000, 1000001, "0%"},
		{0, 12, "baru"},
		{0, 0, "–"},
		{7, 0, "-100%"},
	} {
		if got := change(c.from, c.to).Indonesian(); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.from, c.to, got, c.want)
		}
	}
	if got := Hundredths(divide(200*100, 3)).Indonesian(); got != "66,67" {
		t.Errorf("200/3 = %s", got)
	}
}

func TestWhichNumberHolds(t *testing.T) {
	final := stored{clinic: AllClinics, source: "counted", count: 10}
	projected := stored{clinic: AllClinics, source: "counted", count: 20, projected: true}
	row, otherRow := stored{clinic: "INT", source: "rows", count: 30}, stored{source: "rows", count: 1}
	clinicA, clinicB := stored{clinic: "INT", source: "counted", count: 4}, stored{clinic: "ANA", source: "counted", count: 5}
	clinicProjected := stored{clinic: "MAT", source: "counted", count: 6, projected: true}
	for _, c := range []struct {
		name      string
		stored    []stored
		count     int
		projected bool
	}{
		{"final before rows", []stored{row, final}, 10, false},
		{"rows before a projection", []stored{projected, row, otherRow}, 31, false},
		{"a projection when there is nothing else", []stored{projected}, 20, true},
		{"counted clinics add up", []stored{clinicA, clinicB}, 9, false},
		{"all clinics before the sum of some", []stored{clinicA, clinicB, final}, 10, false},
		{"one projected clinic makes the sum a projection", []stored{clinicA, clinicProjected}, 10, true},
		{"rows before a sum with a projected clinic", []stored{clinicA, clinicProjected, row}, 30, false},
		{"final clinics before a projected total", []stored{projected, clinicA}, 4, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var choice choice
			for _, s := range c.stored {
				choice.add(s)
			}
			if count, projected := choice.holds(); count != c.count || projected != c.projected {
				t.Errorf("%d (projected %v), want %d (%v)", count, projected, c.count, c.projected)
			}
		})
	}
}

func TestMissingMonthsAreToldAndZeroOnlyWhereSaid(t *testing.T) {
	for _, c := range []struct {
		absent  Absent
		missing string
	}{
		{Missing, "[2023-02 2023-04 2023-05 2023-06 2023-07 2023-08 2023-09 2023-10 2023-11 2023-12]"},
		{Zero, "[2023-05 2023-06 2023-07 2023-08 2023-09 2023-10 2023-11 2023-12]"},
	} {
		t.Run(string(c.absent), func(t *testing.T) {
			db := newHospital(t)
			path := written(t, "r.csv", "fktp,tahun,bulan,jumlah", "Puskesmas Kemumu,2023,1,10", "Puskesmas Kemumu,2023,3,12")
			imported(t, db, read(t, db, path, Options{Period: months(t, "2023-01", "2023-04"), Absent: c.absent}))
			table := table1(t, db, Question{Years: []int{2022, 2023}})
			year := table.Lines[0].Years[1]
			if year.Count != 22 || fmt.Sprint(year.Missing) != c.missing {
				t.Errorf("count %d, missing %v, want %s", year.Count, year.Missing, c.missing)
			}
			if table.Lines[0].Years[0].Known() || table.Lines[0].Change != (Percent{}) {
				t.Errorf("a year of which nothing is known has a change: %+v", table.Lines[0])
			}
		})
	}
}

func TestTable1OrderTopAndUnits(t *testing.T) {
	db := newHospital(t)
	lines := []string{"fktp,tahun,bulan,jumlah"}
	for name, counts := range map[string][2]int{"Puskesmas Kemumu": {10, 90}, "Puskesmas Lais": {30, 20}, "Puskesmas Perumnas": {30, 40}, "Puskesmas Air Lais": {0, 5}} {
		lines = append(lines, fmt.Sprintf("%s,2022,1,%d", name, counts[0]), fmt.Sprintf("%s,2023,1,%d", name, counts[1]))
	}
	imported(t, db, read(t, db, written(t, "r.csv", lines...), Options{Unit: Visit}))
	order := func(q Question) string {
		var names []string
		for _, line := range table1(t, db, q).Lines {
			names = append(names, strings.TrimPrefix(line.Name, "Puskesmas "))
		}
		return strings.Join(names, " > ")
	}
	if got, want := order(Question{Years: []int{2022, 2023}}), "Perumnas > Lais > Kemumu > Air Lais"; got != want {
		t.Errorf("order %s, want %s", got, want)
	}
	if got, want := order(Question{Years: []int{2022, 2023}, Top: 2}), "Perumnas > Lais"; got != want {
		t.Errorf("top two %s, want %s", got, want)
	}
	table := table1(t, db, Question{Years: []int{2022, 2023}})
	if table.Unit != Visit {
		t.Errorf("unit %s: there are only visits", table.Unit)
	}
	if last := table.Lines[3]; !last.Change.New || last.Change.Indonesian() != "baru" {
		t.Errorf("from 0 to 5 is %+v", last.Change)
	}
	if got := order(Question{Years: []int{2022, 2023}, Unit: Referral}); got != "" {
		t.Errorf("visits are shown as referrals: %s", got)
	}
	if _, err := Table1(t.Context(), db.Reader(), Question{}); fault.Code(err) != "years_missing" || fault.ExitCode(err) != 2 {
		t.Errorf("no years: %v", err)
	}
}

func TestRowsAndCountsOfOneMonthAreNotAddedUp(t *testing.T) {
	db := newHospital(t)
	imported(t, db, read(t, db, "testdata/rujukan_vclaim_contoh.csv", sample))
	imported(t, db, read(t, db, written(t, "r.csv", "fktp,tahun,bulan,jumlah,status",
		"Puskesmas Kemumu,2023,9,40,final", "Puskesmas Kemumu,2023,10,50,proyeksi"), Options{}))
	for _, line := range table1(t, db, Question{Years: []int{2023}}).Lines {
		if line.Name == "Puskesmas Kemumu" && (line.Years[0].Count != 46 || len(line.Years[0].Projected) != 0) {
			t.Errorf("September final 40 and October rows 6 come to %d, projected %v", line.Years[0].Count, line.Years[0].Projected)
		}
	}
}
