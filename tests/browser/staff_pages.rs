//! The pages of staff under the axe rules, at both widths and in both colour schemes.
