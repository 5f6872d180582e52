// Starts Swagger UI on the page it stands in; a signed-in browser's requests carry its CSRF token.
const page = document.getElementById("api-docs");

SwaggerUIBundle({
  url: page.dataset.openapi,
  domNode: page,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = page.dataset.csrf;
    return request;
  },
});
