package message

// Sample returns invented data that fills every field: an ordinary Monday for an
// ordinary officer, for previews and for the check of a template before it is used.
func Sample() Data {
	return Data{
		Contact: Contact{
			Salutation: "Bapak/Ibu Petugas P-Care",
			Name:       "Mega Silvia",
			Facility:   "Puskesmas Kemumu",
		},
		Hospital: Hospital{
			Name:      "RS X",
			ShortName: "RS X",
			Address:   "Jl. Contoh No. 10, Arga Makmur",
			Phone:     "WA 0812-0000-0001 (Marketing)",
		},
		Days: []Day{{
			Date: "Senin, 23 November 2026",
			Lines: []Line{
				{Clinic: "Klinik Penyakit Dalam", Doctor: "dr. Andika Prasetya, Sp.PD", Hours: "08.00–12.00 WIB", Quota: "40"},
				{Clinic: "Klinik Anak", Doctor: "dr. Maya Puspitasari, Sp.A", Hours: "09.00–12.00 WIB", Quota: "30"},
				{Clinic: "Klinik Bedah Umum", Doctor: "dr. Hendra Kusnadi, Sp.B", Hours: "13.00 WIB s.d. selesai", Quota: "20"},
				{Clinic: "Klinik Gigi", Doctor: "drg. Petrus Gultom", Hours: "08.00–13.00 WIB", Quota: "15"},
			},
		}},
		Changes: []Change{{
			Date:   "Sabtu, 28 November 2026",
			Clinic: "Klinik Jantung dan Pembuluh Darah",
			Doctor: "dr. Taufik Rahadian, Sp.JP",
			Before: "08.00–10.00 WIB",
			After:  "10.00–12.00 WIB",
			Reason: "kedatangan dokter mundur",
		}},
		AsOf:         "20 November 2026, 15.30 WIB",
		Requirements: JKNDocuments,
		HowToStop:    HowToStop,
		Title:        "Pemeriksaan fungsi paru",
		Content:      "Pemeriksaan berlangsung sekitar 15 menit. Hasilnya dibawa pulang pada hari yang sama.",
		Occasion:     "Hari Diabetes Sedunia",
		Period:       "Sabtu, 28 November 2026",
		Hours:        "pukul 08.00–12.00 WIB",
		Place:        "halaman Puskesmas Kemumu",
		Clinic:       "Klinik Mata",
		Doctor:       "dr. Silvia Anjani, Sp.M",
		Fee:          "semula Rp180.000 menjadi Rp150.000",
		Link:         "https://contoh.invalid/mjkn",
		Duration:     "1 menit 30 detik",
		Reason:       "dokter mengikuti simposium",
		Reopens:      "Sabtu, 5 Desember 2026",
	}
}
