//! A frame whose brightness lies in a plane of its own; it becomes RGB when that is first asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::raw::RawView;
use super::{Orientation, Pixels};

/// An upright frame in planes. Most frames of a video are only followed, which their brightness is enough for.
#[derive(Clone)]
pub(super) struct Planes<'a> {
    data: Cow<'a, [u8]>,
    /// All of the view but its data.
    layout: RawView<'static>,
    rgb: OnceLock<Pixels<'static>>,
}

impl<'a> Planes<'a> {
    /// `None` if the view has no plane of brightness, or is not upright; it must have passed [`RawView::check`].
    pub(super) fn of(view: RawView<'a>) -> Option<Self> {
        let RawView { data, width, height, stride, format, orientation } = view;
        let layout = RawView { data: &[], width, height, stride, format, orientation };
        (format.has_brightness() && orientation == Orientation::Upright).then(|| Self {
            data: Cow::Borrowed(data),
            layout,
            rgb: OnceLock::new(),
        })
    }

    pub(super) fn into_owned(self) -> Planes<'static> {
        Planes { data: Cow::Owned(self.data.into_owned()), layout: self.layout, rgb: self.rgb }
    }

    pub(super) fn width(&self) -> u32 {
        self.layout.width
    }

    pub(super) fn height(&self) -> u32 {
        self.layout.height
    }

    pub(super) fn rgb(&self) -> &Pixels<'static> {
        self.rgb.get_or_init(|| self.view().planes_to_rgb())
    }

    /// The brightness of row `y`.
    pub(super) fn brightness(&self, y: u32) -> &[u8] {
        &self.view().row(y as usize)[..self.layout.width as usize]
    }

    fn view(&self) -> RawView<'_> {
        RawView { data: &self.data, ..self.layout }
    }
}
