//! The files of the phone's page, with the headers that keep it alone.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Config;

/// Serves `config.static_dir` for whatever `router` does not answer, and puts the headers on all of it.
///
/// # Errors
/// If the content security policy is no header value.
pub(crate) fn with_pages<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    config: &Config,
) -> std::io::Result<Router<S>> {
    let policy = HeaderValue::from_str(&config.content_security_policy)
        .map_err(|_| std::io::Error::other("the content security policy is not a header value"))?;
    let mut router = match &config.static_dir {
        Some(directory) => {
            router.fallback_service(ServeDir::new(directory).precompressed_br().precompressed_gzip())
        }
        None => router,
    };
    let mut headers = vec![
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // The page asks every time whether its files have changed, so that an update arrives at once.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(self), microphone=(), geolocation=()"),
        ),
    ];
    if config.tls.is_some() {
        headers.push((STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
    }
    for (name, value) in headers {
        router = router.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    Ok(router)
}
