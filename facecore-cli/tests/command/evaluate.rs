//! `evaluate` and its report.

use std::process::Stdio;

use super::*;

#[test]
fn evaluate_measures_pairs() {
    let folder = labelled_photos("evaluate");
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!("evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5", folder.display());

    let table = facecore(&line);
    assert_eq!((code(&table), stderr(&table)), (0, ""));
    assert!(stdout(&table).contains("photos  5, 0 without a found face\npairs   4 in 2 folds"), "{}", stdout(&table));

    let json = facecore(&format!("{line} --json --margin 0 0.2 --threads 2"));
    let results: Vec<_> = lines(&json).into_iter().filter(|line| line["kind"] == "verification").collect();
    assert_eq!((code(&json), results.len()), (0, 2));
    let margins: Vec<_> = results.iter().map(|result| result["margin"].as_f64().unwrap()).collect();
    assert!(margins[0] == 0.0 && (margins[1] - 0.2).abs() < 1e-6);
    assert!((0.5..=1.0).contains(&results[0]["accuracy"]["mean"].as_f64().unwrap()));

    // Two pairs of two people cannot tell one false positive in a thousand.
    let refused = facecore(&format!("evaluate --images {0} --pairs {0}/pairs.txt", folder.display()));
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains(
            "needs 1000 negatives, there are 2: take more photos of more people, or ask for a rate of 1/2 or more"
        ),
        "{}",
        stderr(&refused)
    );

    fs::write(folder.join("J/J_0001.jpg"), "broken").unwrap();
    fs::write(folder.join("pairs.txt"), "2 2\nB 1 2\nB 1 3\nB 1 J 1\nB 1 E 1\nB 2 3\nB 1 3\nB 2 E 1\nB 3 E 1\n")
        .unwrap();
    let skipped = facecore(&line);
    assert_eq!(code(&skipped), 1);
    assert!(
        stdout(&skipped).contains("photos  4, 0 without a found face\npairs   7 in 2 folds"),
        "{}",
        stdout(&skipped)
    );
    assert!(stderr(&skipped).starts_with("1 of 5 photos failed:\n"));
}

#[test]
fn evaluate_compares_all_pairs() {
    let folder = labelled_photos("evaluate-all");
    fs::write(
        folder.join("faces.csv"),
        "photo,person,family\nB/B_0001.jpg,B,1\nB/B_0002.jpg,B,1\nB/B_0003.jpg,B,1\nJ/J_0001.jpg,J,1\nE/E_0001.jpg,E,2\n",
    )
    .unwrap();
    let line = format!("evaluate --images {0} --all-pairs --cache {0}/cache", folder.display());
    let table = facecore(&format!("{line} --rates 0.2 --report {}/all.html", folder.display()));
    assert_eq!((code(&table), stderr(&table)), (0, "1 file skipped: 1 csv\n"));
    assert!(stdout(&table).contains("5 faces of 3 people: 3 pairs of one person, 7 of two\n"), "{}", stdout(&table));
    let html = fs::read_to_string(folder.join("all.html")).unwrap();
    assert!(html.contains("<svg ") && html.contains("3 pairs of one person") && html.ends_with("</html>\n"));

    let measure = |options: &str| {
        let line = format!("evaluate --manifest {0}/faces.csv --all-pairs --cache {0}/cache --json", folder.display());
        let output = facecore(&format!("{line} {options}"));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        lines(&output).remove(0)
    };
    let record = measure("--rates 0.25 --group-by family --slice-by sex-of-name --threshold 0.5");
    assert_eq!(record["kind"], "all-pairs");
    assert_eq!([&record["positives"], &record["negatives"], &record["related_pairs"]], [3, 4, 3]);
    let points = record["points"].as_array().unwrap();
    assert_eq!((points.len(), points[1]["threshold"]["value"].as_f64()), (2, Some(0.5)));
    assert!((0.0..=1.0).contains(&points[0]["tp"]["value"].as_f64().unwrap()));
    // Without pairs of one person there are none to accept.
    fs::write(folder.join("faces.csv"), "photo\nB/B_0001.jpg\nJ/J_0001.jpg\nE/E_0001.jpg\n").unwrap();
    let record = measure("--rates 0.4 --pad 0.25 --not-found centre");
    assert!(record["points"][0]["tp"].is_null() && record["faces"] == 3, "{record}");

    for (options, expected) in [
        ("--rates 0.1", "needs 10 negatives, there are 7"),
        ("", "too few pairs"),
        ("--rates 0.2 --cohort --group-by nothing", "--group-by nothing"),
        ("--rates 0.2 --slice-by nothing", "--slice-by nothing"),
        ("--rates 0.2 --predicted missing.toml", "--predicted missing.toml"),
        ("--rates 0.2 --pad 3", "0 to 2"),
    ] {
        let refused = facecore(&format!("{line} {options}"));
        assert_eq!(code(&refused), 2, "{options}");
        assert!(stderr(&refused).contains(expected), "{options}: {}", stderr(&refused));
    }
}

#[test]
fn a_second_run_takes_what_the_first_one_left() {
    let folder = labelled_photos("evaluate-cache");
    let cache = folder.join("cache");
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!(
        "evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5 --mirror --json --cache {0}/cache",
        folder.display()
    );
    let first = facecore(&line);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    // As if it had been killed: the last record of each file is torn.
    let files: Vec<PathBuf> = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() - 5]).unwrap();
    }
    let second = facecore(&line);
    assert_eq!(stdout(&first), stdout(&second));
    // A moved photo is the same photo: with the cache alone nothing is decoded, so only the bytes count.
    let sizes = || files.iter().map(|file| fs::metadata(file).unwrap().len()).collect::<Vec<_>>();
    let before = sizes();
    fs::rename(folder.join("E/E_0001.jpg"), folder.join("J/J_0002.jpg")).unwrap();
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 J 2\n").unwrap();
    assert_eq!(code(&facecore(&line)), 0);
    assert_eq!(sizes(), before);
}

/// A report for the next two tests; a manifest, so that the group column becomes a slice.
fn report(test: &str) -> PathBuf {
    let folder = labelled_photos(test);
    let manifest = "photo,person,group\nB/B_0001.jpg,B,a\nB/B_0002.jpg,B,a\nB/B_0003.jpg,B,b\nJ/J_0001.jpg,J,a\nE/E_0001.jpg,E,<b>\n";
    fs::write(folder.join("faces.csv"), manifest).unwrap();
    fs::write(folder.join("pairs.txt"), "2 1\nB 1 2\nB 1 J 1\nB 2 3\nB 2 E 1\n").unwrap();
    let line = format!(
        "evaluate --images {0} --pairs {0}/pairs.txt --fp 0.5 --mirror --report {0}/report.html",
        folder.display()
    );
    let output = facecore(&line);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    folder
}

#[test]
fn a_report_needs_nothing_but_itself() {
    let html = fs::read_to_string(report("report").join("report.html")).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    for outside in ["http:", "https:", "src=\"/", "<link", "<script", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.matches("<svg ").count() >= 3);
    // Both faces of each of the four pairs.
    assert_eq!(html.matches("src=\"data:image/jpeg;base64,").count(), 8);
}

/// Renders the report in a browser without a network and looks at the pixels.
#[test]
fn a_browser_renders_the_report() {
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok())
    else {
        println!("skipped: no chromium on this machine (Debian: apt-get install chromium)");
        return;
    };
    let folder = report("report-browser");
    let picture = folder.join("report.png");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--proxy-server=127.0.0.1:9"])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .args(["--window-size=1240,2400", &format!("--screenshot={}", picture.display())])
        .arg(format!("file://{}", folder.join("report.html").display()))
        .output()
        .unwrap();
    let picture = image::open(&picture).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))).to_rgb8();
    let share = |wanted: &dyn Fn(&[u8; 3]) -> bool| {
        picture.pixels().filter(|pixel| wanted(&pixel.0)).count() as f64 / picture.pixels().len() as f64
    };
    // White sections on a light ground, ink, the blue of the first curve, and colours of faces.
    assert!(share(&|pixel| pixel == &[255; 3]) > 0.3, "no sections");
    assert!(share(&|pixel| pixel.iter().all(|&value| value < 80)) > 0.001, "no text");
    assert!(share(&|pixel| pixel == &[0, 0x72, 0xb2]) > 0.000_05, "no curve");
    assert!(share(&|[red, _, blue]| *red > 120 && red.saturating_sub(*blue) > 40) > 0.005, "no faces");
}
